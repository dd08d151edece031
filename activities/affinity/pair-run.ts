import { BLOCK_ENTRIES } from '../../kernels/affinity/count-rows.ts';
import { encodeEntries } from '../../kernels/affinity/delta-coding.ts';
import { PAIRS } from '../../schemas/tables.ts';
import type { Artifact } from '../../store/artifacts.ts';
import { type CountsFile, createCountsWriter } from '../../store/tables/counts-file.ts';
import type { GrowingFile } from '../../store/growing-file.ts';
import { decodeParquet } from '../../store/tables/parquet.ts';

/**
 * The pairs of a shard as a run: they are weighed and sorted already, so all that is left is to
 * give them the ids of their group. `toIds` has the id of each of the shard's ids, or -1 for an
 * item that does not count; those that are not -1 rise. `size`: ids of the group.
 */
export async function sortedRunOfPairs(
  shard: Artifact,
  toIds: Int32Array,
  size: number,
  target: GrowingFile,
): Promise<CountsFile> {
  const table = await decodeParquet(
    await shard.part('pairs.parquet'),
    PAIRS,
    `pairs of ingest/${shard.reference.key}`,
  );
  const file = createCountsWriter(target);
  let at = 0;
  let from = 0;
  let ends: number[] = [];
  let columns: number[] = [];
  let weights: bigint[] = [];
  const flush = () => {
    file.add(
      from,
      Uint32Array.from(ends),
      encodeEntries(Uint32Array.from(columns), BigUint64Array.from(weights)),
    );
    from += ends.length;
    [ends, columns, weights] = [[], [], []];
  };
  for (let row = 0; row < size; row++) {
    // Pairs of items that do not count lie between.
    while (at < table.row.length && toIds[table.row[at]!]! < row) at += 1;
    for (; at < table.row.length && toIds[table.row[at]!] === row; at++) {
      const column = toIds[table.column[at]!]!;
      if (column < 0) continue;
      columns.push(column);
      weights.push(table.sum[at]!);
    }
    ends.push(columns.length);
    if (columns.length >= BLOCK_ENTRIES) flush();
  }
  flush();
  return file.finish();
}
