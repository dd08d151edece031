import type { CorpusRemarks } from '../schemas/run.ts';

interface Skipped {
  files: number;
  first: CorpusRemarks['firstSkipped'];
  rows: number;
  firstRows: string[];
}

/** What a stage left out of the corpus, as the result of a run has it. */
export function corpusRemarks(
  skipped: Skipped | undefined,
  listed: { repeated: number; own?: number } | undefined,
): CorpusRemarks {
  return {
    skippedFiles: skipped?.files ?? 0,
    firstSkipped: skipped?.first ?? [],
    skippedRows: skipped?.rows ?? 0,
    firstSkippedRows: skipped?.firstRows ?? [],
    repeatedFiles: listed?.repeated ?? 0,
    ownFiles: listed?.own ?? 0,
  };
}
