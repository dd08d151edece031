import { artifactComplete, artifactReference } from '../../store/artifacts.ts';
import type { StageContext, StageOutput } from '../stage/stage.ts';
import { ensurePlan } from './make-plan.ts';
import { type ExportInput, exportRecipe, readPlan } from './name-export.ts';

declare module '../stages.ts' {
  interface Stages {
    planExport: typeof planExport;
  }
}

interface PlanExportOutput extends StageOutput {
  /** The export is there already: nothing is to be done. */
  finished: boolean;
  /** Units of items, which are made first: those of codes read what they leave. */
  itemRanges: number[];
  codeRanges: number[];
  /** Batches of one part each. */
  parts: number[];
}

/**
 * Cuts the export in ranges of items and of codes that fit in memory, whatever the codes. Rows:
 * ranges.
 */
export async function planExport(
  input: ExportInput,
  context: StageContext,
): Promise<PlanExportOutput> {
  const store = context.openStore(input.store);
  const artifact = artifactReference(exportRecipe(input));
  const there = input.force ? undefined : await artifactComplete(store, artifact);
  if (there)
    return {
      artifact,
      cached: true,
      rows: 0,
      bytes: 0,
      facts: {},
      finished: true,
      itemRanges: [0],
      codeRanges: [0],
      parts: [0],
    };
  const output = await ensurePlan(input, context);
  const { ranges, itemBlocks, parts } = await readPlan(store, input);
  const [itemRanges, codeRanges] = [
    ranges.filter((unit) => unit <= itemBlocks),
    ranges.filter((unit) => unit >= itemBlocks),
  ];
  return {
    ...output,
    finished: false,
    itemRanges,
    codeRanges,
    parts: Array.from({ length: parts.length + 1 }, (_, part) => part),
  };
}
