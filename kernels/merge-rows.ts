/**
 * Runs of shards to rows of the whole: s_ij summed over the runs, upper half, row <= column. Marginals are the sums of the rows of the symmetric matrix F,
 * F_ij = s_ij for i != j, F_ii = 2 s_ii (each pair of places in both orders, as GloVe has it). All are integers in units of 1 / scale.
 * A row is summed into a dense accumulator, and of every run 128 entries are decoded at a time, so memory is that of V words and of one coded block a run. V words.
 */

import { codedBound, type CodedEntries, type RowCoder } from './delta-coding.ts';
import { loadWasm } from './load-wasm.ts';

export interface RowMerge {
  /**
   * Registers a run: the id of each of its own ids, rising, or -1 for a word that is not in the vocabulary; `blockBytes`: its largest block, coded. Before the
   * first `open`. Returns its number.
   */
  addRun(toGlobal: Int32Array, blockBytes: number): number;
  /** The run's next entries are those of this block. Throws RangeError where it does not hold `count`. */
  open(run: number, block: CodedEntries, count: number): void;
  /** Adds the run's next entries to the row at work. Throws RangeError where its block holds no more, or ids that the run does not have. */
  add(run: number, count: number): void;
  /** Passes over the run's next entries. */
  skip(run: number, count: number): void;
  /** Ends the row at work, whose id is `row`; rows rise. Throws RangeError where a sum reaches 2^53. */
  endRow(row: number): void;
  /** Entries of the rows ended since the last `take`. */
  pending(): number;
  /** Those rows, coded; views that are good until the next row is begun. */
  take(): CodedEntries;
  /** (V): what all rows ended so far add to the marginals. Throws RangeError where one reaches 2^53. */
  marginals(): BigInt64Array;
}

interface Exports extends RowCoder {
  openBlock(run: number, columnsAt: number, columnsEnd: number, sumsAt: number, sumsEnd: number, count: number): number;
  addEntries(run: number, count: number, toGlobal: number, words: number): number;
  skipEntries(run: number, count: number): number;
  endRow(row: number, marginals: number): number;
}

const MOST = 2n ** 53n;
/** Of a run: as kernels/wasm/cooccurrence.ts lays it out. */
const RUN_BYTES = 96 + 512 + 1024;
/** The decoder reads so much behind the end of a block. */
const SLACK = 16;

interface Layout {
  columns: number;
  sums: number;
  marginals: number;
  runs: { state: number; block: number; toGlobal: number }[];
}

/** A merge to rows of V = `size` words; `pending` may reach `room` + V. */
export function mergeRows(size: number, room: number): RowMerge {
  const kernel = loadWasm<Exports>('cooccurrence');
  const runs: { toGlobal: Int32Array; blockBytes: number }[] = [];
  let at: Layout | undefined;

  function begin(): Layout {
    const wide = size + 32;
    const most = room + size;
    const maps = [...new Set(runs.map(({ toGlobal }) => toGlobal))];
    const [sums, touched, leaves, summary, marginals, columns, outSums, codedColumns, codedSums, ...rest] = kernel.allocate([
      8 * wide, 4 * (wide + 2), size / 8 + 8, size / 512 + 8, 8 * size, 4 * most, 8 * most, codedBound(most, 4), codedBound(most, 8),
      ...maps.map((map) => 4 * map.length),
      ...runs.flatMap(({ blockBytes }) => [RUN_BYTES, blockBytes + SLACK]),
    ]);
    for (const [k, map] of maps.entries()) new Int32Array(kernel.memory(), rest[k], map.length).set(map);
    kernel.exports.layout(size, sums, sums, touched, leaves, summary, columns, outSums);
    const places = runs.map(({ toGlobal }, k) => ({ toGlobal: rest[maps.indexOf(toGlobal)], state: rest[maps.length + 2 * k], block: rest[maps.length + 2 * k + 1] }));
    return { columns: codedColumns, sums: codedSums, marginals, runs: places };
  }

  const broken = (run: number) => new RangeError(`run ${run}: a block that does not hold the entries of its rows`);

  return {
    addRun: (toGlobal, blockBytes) => runs.push({ toGlobal, blockBytes }) - 1,
    open(run, { columns, sums }, count) {
      at ??= begin();
      const { state, block } = at.runs[run];
      const middle = block + columns.length;
      const end = middle + sums.length;
      if (end > block + runs[run].blockBytes) throw broken(run);
      const memory = new Uint8Array(kernel.memory());
      memory.set(columns, block);
      memory.set(sums, middle);
      if (kernel.exports.openBlock(state, block, middle, middle, end, count) === 0) throw broken(run);
    },
    add(run, count) {
      at ??= begin();
      const { state, toGlobal } = at.runs[run];
      if (kernel.exports.addEntries(state, count, toGlobal, runs[run].toGlobal.length) === 0) throw broken(run);
    },
    skip(run, count) {
      at ??= begin();
      if (kernel.exports.skipEntries(at.runs[run].state, count) === 0) throw broken(run);
    },
    endRow(row) {
      at ??= begin();
      if (kernel.exports.endRow(row, at.marginals) === 0) throw new RangeError(`words ${row} and ${kernel.exports.refusedColumn()}: their sum reaches 2^53 units; use a smaller window`);
    },
    pending: () => kernel.exports.written(),
    take() {
      at ??= begin();
      const columns = kernel.exports.codeColumns(at.columns);
      const sums = kernel.exports.codeSums(at.sums);
      kernel.exports.rewind();
      return { columns: new Uint8Array(kernel.memory(), at.columns, columns - at.columns), sums: new Uint8Array(kernel.memory(), at.sums, sums - at.sums) };
    },
    marginals() {
      at ??= begin();
      const result = new BigInt64Array(kernel.memory(), at.marginals, size).slice();
      for (let i = 0; i < size; i++) {
        if (result[i] >= MOST) throw new RangeError(`word ${i}: its marginal reaches 2^53 units; use a smaller window or drop more common words`);
      }
      return result;
    },
  };
}
