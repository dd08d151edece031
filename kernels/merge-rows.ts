/**
 * Runs of shards to rows of the whole: s_ij summed over the runs, upper half, row <= column. Marginals are the sums of the rows of the symmetric matrix F,
 * F_ij = s_ij for i != j, F_ii = 2 s_ii (each pair of places in both orders, as GloVe has it). All are integers in units of 1 / scale.
 * A row is summed into a dense accumulator, entries of any number of runs at a time, so memory is that of V words. V words.
 */

import { loadWasm } from './load-wasm.ts';

export interface RowMerge {
  /** Registers a run: the id of each of its own ids, rising, or -1 for a word that is not in the vocabulary. Before the first `add`. Returns its number. */
  addRun(toGlobal: Int32Array): number;
  /** Adds entries of a run's row to the row at work: columns by the run's own ids, sums in units of 1 / scale. */
  add(run: number, columns: Uint32Array, sums: BigUint64Array): void;
  /** Ends the row at work, whose id is `row`; rows rise. Throws RangeError where a sum reaches 2^53. */
  endRow(row: number): void;
  /** Entries of the rows ended since the last `take`. */
  pending(): number;
  /** Those rows; views that are good until the next row is begun. */
  take(): { columns: Uint32Array; sums: BigUint64Array };
  /** (V): what all rows ended so far add to the marginals. Throws RangeError where one reaches 2^53. */
  marginals(): BigInt64Array;
}

interface Exports {
  layout(v: number, narrow: number, sums: number, touched: number, leaves: number, summary: number, columns: number, outSums: number): void;
  written(): number;
  rewind(): void;
  refusedColumn(): number;
  addEntries(columns: number, sums: number, count: number, toGlobal: number): void;
  endRow(row: number, marginals: number): number;
}

const MOST = 2n ** 53n;
/** Entries handed to the kernel at once. */
const PIECE = 1 << 15;

/** A merge to rows of V = `size` words; `pending` may reach `room` + V. */
export function mergeRows(size: number, room: number): RowMerge {
  const kernel = loadWasm<Exports>('cooccurrence');
  const runs: Int32Array[] = [];
  let toGlobalAt: number[] = [];
  let at: Record<'columns' | 'sums' | 'marginals' | 'piece' | 'pieceSums', number> | undefined;

  function begin(): NonNullable<typeof at> {
    const wide = size + 32;
    const [sums, touched, leaves, summary, marginals, columns, outSums, piece, pieceSums, ...maps] = kernel.allocate([
      8 * wide, 4 * (wide + 2), size / 8 + 8, size / 512 + 8, 8 * size, 4 * (room + size), 8 * (room + size), 4 * PIECE, 8 * PIECE, ...runs.map((run) => 4 * run.length),
    ]);
    toGlobalAt = maps;
    for (const [k, run] of runs.entries()) new Int32Array(kernel.memory(), maps[k], run.length).set(run);
    kernel.exports.layout(size, sums, sums, touched, leaves, summary, columns, outSums);
    return { columns, sums: outSums, marginals, piece, pieceSums };
  }

  function add(run: number, columns: Uint32Array, sums: BigUint64Array): void {
    at ??= begin();
    const memory = kernel.memory();
    for (let from = 0; from < columns.length; from += PIECE) {
      const count = Math.min(PIECE, columns.length - from);
      new Uint32Array(memory, at.piece, count).set(columns.subarray(from, from + count));
      new BigUint64Array(memory, at.pieceSums, count).set(sums.subarray(from, from + count));
      kernel.exports.addEntries(at.piece, at.pieceSums, count, toGlobalAt[run]);
    }
  }

  function endRow(row: number): void {
    at ??= begin();
    if (kernel.exports.endRow(row, at.marginals) === 0) throw new RangeError(`words ${row} and ${kernel.exports.refusedColumn()}: their sum reaches 2^53 units; use a smaller window`);
  }

  function marginals(): BigInt64Array {
    at ??= begin();
    const result = new BigInt64Array(kernel.memory(), at.marginals, size).slice();
    for (let i = 0; i < size; i++) {
      if (result[i] >= MOST) throw new RangeError(`word ${i}: its marginal reaches 2^53 units; use a smaller window or drop more common words`);
    }
    return result;
  }

  return {
    addRun: (toGlobal) => runs.push(toGlobal) - 1,
    add,
    endRow,
    pending: () => kernel.exports.written(),
    take() {
      at ??= begin();
      const count = kernel.exports.written();
      kernel.exports.rewind();
      return { columns: new Uint32Array(kernel.memory(), at.columns, count), sums: new BigUint64Array(kernel.memory(), at.sums, count) };
    },
    marginals,
  };
}
