import { cappedMessage } from '../../schemas/capped-message.ts';
import { Failure, failureTypeOf } from '../../schemas/failures.ts';
import { SKIPPED } from '../../schemas/tables.ts';
import { type Artifact, openArtifact } from '../../store/artifacts.ts';
import { decodeParquet, encodeParquet } from '../../store/tables/parquet.ts';
import type { Store } from '../../store/store.ts';
import type { ListedFile } from './listed-files.ts';
import { skippedRowsOf } from './skipped-rows.ts';
import type { StageOutput } from '../stage/stage.ts';

/** A file that was left out (`source.badFiles: skip`), and why. */
export interface SkippedFile {
  uri: string;
  reason: string;
}

/** Of a stage's result. */
export interface SkippedFiles {
  files: number;
  first: SkippedFile[];
  /** Rows that were left out (`source.badRows: skip`), and of the first of them why. */
  rows: number;
  firstRows: string[];
}

/** A workflow's history holds no more of them; all are in the artifact. */
const SKIPPED_SHOWN = 10;
const LONGEST_REASON = 500;

/** The shards that hold nothing because their files were left out. */
export function skippedShards(
  files: readonly ListedFile[],
  shards: readonly Artifact[],
): SkippedFile[] {
  return shards.flatMap(({ manifest }, at) => {
    const reason = manifest.facts['skipped'];
    return reason === undefined ? [] : [{ uri: files[at]!.uri, reason: String(reason) }];
  });
}

/** The part that lists them all; none where there are none. */
export async function skippedParts(
  skipped: readonly SkippedFile[],
): Promise<{ name: string; bytes: Uint8Array; rows: number }[]> {
  if (skipped.length === 0) return [];
  const columns = {
    uri: skipped.map(({ uri }) => uri),
    reason: skipped.map(({ reason }) => reason),
  };
  return [
    {
      name: 'skipped.parquet',
      bytes: await encodeParquet(SKIPPED, columns, { profile: 'internal' }),
      rows: skipped.length,
    },
  ];
}

/** From the artifact of a stage whose facts `skipped` and `skippedRows` count them. */
export async function skippedFiles(store: Store, output: StageOutput): Promise<SkippedFiles> {
  const files = Number(output.facts['skipped']);
  const rows = Number(output.facts['skippedRows'] ?? 0);
  if (files === 0 && rows === 0) return { files, first: [], rows, firstRows: [] };
  const artifact = await openArtifact(store, output.artifact);
  const listed = await skippedRowsOf(artifact);
  const firstRows = listed.first
    .slice(0, SKIPPED_SHOWN)
    .map((reason) => reason.slice(0, LONGEST_REASON));
  if (files === 0) return { files, first: [], rows, firstRows };
  const part = await artifact.part('skipped.parquet');
  const { uri, reason } = await decodeParquet(part, SKIPPED, 'skipped.parquet');
  return {
    files,
    rows,
    firstRows,
    first: uri
      .slice(0, SKIPPED_SHOWN)
      .map((file, at) => ({ uri: file, reason: reason[at]!.slice(0, LONGEST_REASON) })),
  };
}

/** An error of a file, with what would leave the file out; another error as it is. */
export function withSkipHint(error: unknown): unknown {
  if (failureTypeOf(error) !== 'DataError') return error;
  // The hint shall not be what is cut where a message is too long.
  const message = cappedMessage((error as Error).message);
  if (message.includes('\nhint: ')) return error;
  return new Failure(
    'DataError',
    `${message}\nhint: source.badFiles: skip leaves out files that cannot be read, ` +
      'source.badRows: skip single rows',
    { cause: error },
  );
}
