/**
 * Runs of shards to rows of the whole: s_ij summed over the runs, upper half, row <= column.
 * Marginals are the sums of the rows of the symmetric matrix F, F_ij = s_ij for i != j, F_ii = 2
 * s_ii (each pair of places in both orders, as GloVe has it). All are integers in units of 1 /
 * scale. A row is summed into a dense accumulator, and of every run 128 entries are decoded at a
 * time, so memory is that of V words and of one coded block a run. V words.
 */

import { LimitError } from '../limit-error.ts';
import { codedBound, type CodedEntries, type RowCoder } from './delta-coding.ts';
import { loadWasm, type WasmKernel } from '../load-wasm.ts';

export interface RowMerge {
  /**
   * Registers a run: the id of each of its own ids, rising, or -1 for a word that is not in the
   * vocabulary; `blockBytes`: its largest block, coded. Before the first `open`. Returns its
   * number.
   */
  addRun(toGlobal: Int32Array, blockBytes: number): number;
  /**
   * The run's next entries are those of this block. Throws RangeError where it does not hold
   * `count`.
   */
  open(run: number, block: CodedEntries, count: number): void;
  /**
   * Adds the run's next entries to the row at work. Throws RangeError where its block holds no
   * more, or ids that the run does not have.
   */
  add(run: number, count: number): void;
  /** Passes over the run's next entries. */
  skip(run: number, count: number): void;
  /**
   * Ends the row at work, whose id is `row`; rows rise. Throws LimitError where a sum reaches 2^53.
   */
  endRow(row: number): void;
  /** Entries of the rows ended since the last `take`. */
  pending(): number;
  /** Those rows, coded; views that are good until the next row is begun. */
  take(): CodedEntries;
  /**
   * (V): what all rows ended so far add to the marginals. Throws LimitError where one reaches 2^53.
   */
  marginals(): BigInt64Array;
}

interface Exports extends RowCoder {
  openBlock(
    run: number,
    columnsAt: number,
    columnsEnd: number,
    sumsAt: number,
    sumsEnd: number,
    count: number,
  ): number;
  addEntries(run: number, count: number, toGlobal: number, words: number): number;
  skipEntries(run: number, count: number): number;
  endRow(row: number, marginals: number): number;
}

/** The high half of 2^53. */
const MAX_HIGH = 2 ** 21;
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

let kept: WasmKernel<Exports> | undefined;

/**
 * A merge to rows of V = `size` words; `pending` may reach `room` + V. One at a time in a thread:
 * its memory is shared.
 */
export function mergeRows(size: number, room: number): RowMerge {
  kept ??= loadWasm<Exports>('cooccurrence');
  return new KernelMerge(kept, size, room);
}

/** A class, so that V8 compiles what each row does once a process. */
class KernelMerge implements RowMerge {
  readonly #kernel: WasmKernel<Exports>;
  readonly #size: number;
  readonly #room: number;
  readonly #runs: { toGlobal: Int32Array; blockBytes: number }[] = [];
  #layout: Layout | undefined;

  constructor(kernel: WasmKernel<Exports>, size: number, room: number) {
    this.#kernel = kernel;
    this.#size = size;
    this.#room = room;
  }

  addRun(toGlobal: Int32Array, blockBytes: number): number {
    return this.#runs.push({ toGlobal, blockBytes }) - 1;
  }

  open(run: number, { columns, sums }: CodedEntries, count: number): void {
    const { state, block } = this.#begun().runs[run];
    const middle = block + columns.length;
    const end = middle + sums.length;
    if (end > block + this.#runs[run].blockBytes) throw broken(run);
    const memory = new Uint8Array(this.#kernel.memory());
    memory.set(columns, block);
    memory.set(sums, middle);
    if (this.#kernel.exports.openBlock(state, block, middle, middle, end, count) === 0)
      throw broken(run);
  }

  add(run: number, count: number): void {
    const { state, toGlobal } = this.#begun().runs[run];
    if (
      this.#kernel.exports.addEntries(state, count, toGlobal, this.#runs[run].toGlobal.length) === 0
    )
      throw broken(run);
  }

  skip(run: number, count: number): void {
    if (this.#kernel.exports.skipEntries(this.#begun().runs[run].state, count) === 0)
      throw broken(run);
  }

  endRow(row: number): void {
    const { exports: kernel } = this.#kernel;
    if (kernel.endRow(row, this.#begun().marginals) === 0)
      throw new LimitError(
        `words ${row} and ${kernel.refusedColumn()}: their sum reaches 2^53 units; use a ` +
          'smaller window',
      );
  }

  pending(): number {
    this.#begun();
    return this.#kernel.exports.written();
  }

  take(): CodedEntries {
    const { columns, sums } = this.#begun();
    const { exports: kernel } = this.#kernel;
    const columnsEnd = kernel.codeColumns(columns);
    const sumsEnd = kernel.codeSums(sums);
    kernel.rewind();
    return {
      columns: new Uint8Array(this.#kernel.memory(), columns, columnsEnd - columns),
      sums: new Uint8Array(this.#kernel.memory(), sums, sumsEnd - sums),
    };
  }

  marginals(): BigInt64Array {
    const result = new BigInt64Array(
      this.#kernel.memory(),
      this.#begun().marginals,
      this.#size,
    ).slice();
    const halves = new Int32Array(result.buffer);
    for (let i = 0; i < this.#size; i++) {
      if (halves[2 * i + 1] >= MAX_HIGH)
        throw new LimitError(
          `word ${i}: its marginal reaches 2^53 units; use a smaller window or drop more ` +
            'common words',
        );
    }
    return result;
  }

  /** Memory is laid out when all runs are known. */
  #begun(): Layout {
    this.#layout ??= this.#begin();
    return this.#layout;
  }

  #begin(): Layout {
    const wide = this.#size + 32;
    const most = this.#room + this.#size;
    const maps = [...new Set(this.#runs.map(({ toGlobal }) => toGlobal))];
    const [
      sums,
      touched,
      leaves,
      summary,
      marginals,
      columns,
      outSums,
      codedColumns,
      codedSums,
      ...rest
    ] = this.#kernel.allocate([
      8 * wide,
      4 * (wide + 2),
      this.#size / 8 + 8,
      this.#size / 512 + 8,
      8 * this.#size,
      4 * most,
      8 * most,
      codedBound(most, 4),
      codedBound(most, 8),
      ...maps.map((map) => 4 * map.length),
      ...this.#runs.flatMap(({ blockBytes }) => [RUN_BYTES, blockBytes + SLACK]),
    ]);
    const memory = this.#kernel.memory();
    new Uint8Array(memory, sums, columns - sums).fill(0);
    for (const [k, map] of maps.entries()) new Int32Array(memory, rest[k], map.length).set(map);
    this.#kernel.exports.layout(this.#size, sums, sums, touched, leaves, summary, columns, outSums);
    const places = this.#runs.map(({ toGlobal }, k) => ({
      toGlobal: rest[maps.indexOf(toGlobal)],
      state: rest[maps.length + 2 * k],
      block: rest[maps.length + 2 * k + 1],
    }));
    return { columns: codedColumns, sums: codedSums, marginals, runs: places };
  }
}

const broken = (run: number) =>
  new RangeError(`run ${run}: a block that does not hold the entries of its rows`);
