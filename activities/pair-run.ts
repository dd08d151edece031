import { PAIRS } from '../schemas/tables.ts';
import type { Artifact } from '../store/artifacts.ts';
import { type CountsFile, createCountsWriter } from '../store/counts-file.ts';
import { decodeParquet } from '../store/parquet.ts';

/** Rows between two writes. */
const STEP_ROWS = 1 << 14;

/**
 * The pairs of a shard as a run: they are weighed and sorted already, so all that is left is to give them the ids of their group.
 * `toIds` has the id of each of the shard's ids, or -1 for an item that does not count; those that are not -1 rise. `size`: ids of the group.
 */
export async function runOfPairs(shard: Artifact, toIds: Int32Array, size: number): Promise<CountsFile> {
  const table = await decodeParquet(await shard.part('pairs.parquet'), PAIRS, `pairs of ingest/${shard.reference.key}`);
  const file = createCountsWriter();
  let at = 0;
  for (let from = 0; from < size; from += STEP_ROWS) {
    const height = Math.min(STEP_ROWS, size - from);
    const ends = new Uint32Array(height);
    const columns: number[] = [];
    const weights: bigint[] = [];
    for (let row = from; row < from + height; row++) {
      // Pairs of items that do not count lie between.
      while (at < table.row.length && toIds[table.row[at]!]! < row) at += 1;
      for (; at < table.row.length && toIds[table.row[at]!] === row; at++) {
        const column = toIds[table.column[at]!]!;
        if (column < 0) continue;
        columns.push(column);
        weights.push(table.sum[at]!);
      }
      ends[row - from] = columns.length;
    }
    file.add(from, ends, Uint32Array.from(columns), BigUint64Array.from(weights));
  }
  return file.finish();
}
