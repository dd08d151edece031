import { readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { mapToVocabulary } from '../../kernels/words/choose-vocabulary.ts';
import { compareCodePoints } from '../../kernels/words/code-point-order.ts';
import { RUN, VOCABULARY } from '../../schemas/tables.ts';
import { decodeParquet } from '../../store/tables/parquet.ts';
import type { CountedCorpus } from './count-corpus.ts';

/** GloVe's record: two ids from 1 by falling frequency, a double. */
const RECORD = 16;
const SCALE = 2520;

/**
 * Every one of GloVe's sums against ours; throws where one differs by more than rounding, or a pair
 * is missing on either side.
 */
export async function compareWithGlove(
  ours: CountedCorpus,
  vocabularyFile: string,
  recordsFile: string,
): Promise<string> {
  const { word: words } = await decodeParquet(readFileSync(ours.vocabulary), VOCABULARY);
  const theirs = readFileSync(vocabularyFile, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => line.split(' ')[0]!);
  const order = [...theirs.keys()].sort((a, b) => compareCodePoints(theirs[a]!, theirs[b]!));
  const places = mapToVocabulary(
    order.map((at) => theirs[at]!),
    words,
  );
  const toOurs = new Int32Array(theirs.length + 1).fill(-1);
  for (const [at, id] of order.entries()) toOurs[id + 1] = places[at]!;

  const offsets = new Float64Array(words.length + 1);
  const columns = new Int32Array(ours.pairs);
  const sums = new Float64Array(ours.pairs);
  let filled = 0;
  let diagonal = 0;
  for (const file of ours.rowFiles) {
    const table = await decodeParquet(readFileSync(file), RUN);
    columns.set(table.column, filled);
    for (let at = 0; at < table.row.length; at++) {
      offsets[table.row[at]! + 1]! += 1;
      if (table.row[at] === table.column[at]) diagonal += 1;
      sums[filled + at] = Number(table.sum[at]) / SCALE;
    }
    filled += table.row.length;
  }
  for (let i = 0; i < words.length; i++) offsets[i + 1]! += offsets[i]!;

  const handle = await open(recordsFile);
  const buffer = Buffer.alloc(RECORD << 16);
  let records = 0;
  let largest = 0;
  for (;;) {
    const { bytesRead } = await handle.read(buffer, 0, buffer.length);
    if (bytesRead === 0) break;
    for (let at = 0; at < bytesRead; at += RECORD) {
      const a = toOurs[buffer.readInt32LE(at)]!;
      const b = toOurs[buffer.readInt32LE(at + 4)]!;
      const found = find(
        columns,
        offsets[Math.min(a, b)]!,
        offsets[Math.min(a, b) + 1]!,
        Math.max(a, b),
      );
      // A word beside itself counts in both orders there, once here.
      const sum = (sums[found] ?? NaN) * (a === b ? 2 : 1);
      const difference = Math.abs(buffer.readDoubleLE(at + 8) - sum) / sum;
      if (!(difference < 1e-9))
        throw new Error(
          `${words[a]} and ${words[b]}: GloVe has ${buffer.readDoubleLE(at + 8)}, Hashloom ${sum}`,
        );
      largest = Math.max(largest, difference);
      records += 1;
    }
  }
  await handle.close();
  if (records !== 2 * ours.pairs - diagonal)
    throw new Error(
      `GloVe has ${records} pairs in both orders, Hashloom ${2 * ours.pairs - diagonal}`,
    );
  return (
    `all ${records} sums of GloVe agree (largest relative difference ` +
    `${largest.toExponential(1)})`
  );
}

function find(columns: Int32Array, from: number, to: number, column: number): number {
  let [low, high] = [from, to];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (columns[middle]! < column) low = middle + 1;
    else high = middle;
  }
  return low < to && columns[low] === column ? low : -1;
}
