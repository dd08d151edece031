import { SKIPPED_ROWS } from '../../schemas/tables.ts';
import type { BadRows } from '../../sources/row-keeper.ts';
import type { Artifact, PartToWrite } from '../../store/artifacts.ts';
import { decodeParquet, encodeParquet } from '../../store/tables/parquet.ts';

const PART = 'skipped-rows.parquet';
/** Of a corpus, as of a file. */
const LISTED_ROWS = 1000;

/** Collects the rows that were left out (`source.badRows: skip`), file after file. */
export function collectSkippedRows(): { all: BadRows; add: (rows: BadRows) => void } {
  const all: BadRows = { count: 0, first: [] };
  return {
    all,
    add({ count, first }) {
      all.count += count;
      all.first.push(...first.slice(0, LISTED_ROWS - all.first.length));
    },
  };
}

/** The part that lists them; none where there are none. */
export async function skippedRowParts({ count, first }: BadRows): Promise<PartToWrite[]> {
  if (count === 0) return [];
  const bytes = await encodeParquet(SKIPPED_ROWS, { reason: first }, { profile: 'internal' });
  return [{ name: PART, bytes, rows: first.length }];
}

/** What an artifact lists. */
export async function skippedRowsOf(artifact: Artifact): Promise<BadRows> {
  const count = Number(artifact.manifest.facts['skippedRows'] ?? 0);
  if (count === 0) return { count, first: [] };
  const { reason } = await decodeParquet(await artifact.part(PART), SKIPPED_ROWS, PART);
  return { count, first: reason };
}
