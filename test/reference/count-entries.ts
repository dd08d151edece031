import { createRowCounter } from '../../kernels/affinity/count-rows.ts';

/** Row, column, sum. */
export type Entry = [row: number, column: number, sum: number];

/** All entries of the kernel's rows, for documents of ids below `words`. */
export function countEntries(
  documents: readonly (readonly number[])[],
  words: number,
  common: readonly number[],
  window: number,
): Entry[] {
  const counter = createRowCounter(words, window);
  const toIds = Int32Array.from({ length: words }, (_, id) => (common.includes(id) ? -1 : id));
  for (const document of documents) counter.addDocument(Int32Array.from(document), toIds);
  const entries: Entry[] = [];
  for (const { from, ends, columns, sums } of counter.rows()) {
    let at = 0;
    for (const [r, end] of ends.entries())
      for (; at < end; at++) entries.push([from + r, columns[at]!, Number(sums[at])]);
  }
  return entries;
}
