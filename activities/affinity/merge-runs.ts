import { BLOCK_ENTRIES } from '../../kernels/affinity/count-rows.ts';
import { mergeRows, type RowMerge } from '../../kernels/affinity/merge-rows.ts';
import type { CountsWriter } from '../../store/tables/counts-file.ts';
import { largestBlock, readBlocks, type SortedRun } from './read-run.ts';

/** A run and what its words are in the result. */
export interface MappedSortedRun {
  sortedRun: SortedRun;
  /** The id of each of its ids, rising, or -1. */
  toGlobal: Int32Array;
}

interface MergeRange {
  /** Words of the result. */
  size: number;
  /** Rows [from, to) of it. */
  from: number;
  to: number;
}

/** Read ahead, of all runs together. */
const AHEAD_BYTES = 16 * 1024 * 1024;

/**
 * Sums rows of any number of runs and writes them: of every run a coded block is in memory and what
 * is read ahead, of the result a block.
 */
export async function mergeRuns(
  mapped: readonly MappedSortedRun[],
  { size, from, to }: MergeRange,
  file: CountsWriter,
  onProgress: (row: number) => void,
): Promise<RowMerge> {
  const merging = mergeRows(size, BLOCK_ENTRIES);
  const sources = mapped.map(
    (source) => new Source(merging, source, from, Math.floor(AHEAD_BYTES / mapped.length)),
  );
  const open = sources.filter((source) => source.row() < to);
  const block: Block = { first: from, ends: [] };
  for (let row = from; row < to; row++) {
    for (const source of open) {
      if (source.row() !== row) continue;
      const reading = source.add();
      if (reading) await reading;
    }
    merging.endRow(row);
    block.ends.push(merging.pending());
    if (merging.pending() >= BLOCK_ENTRIES) flush(merging, block, file, onProgress);
  }
  flush(merging, block, file, onProgress);
  return merging;
}

/** Rows [first, first + ends.length) that are summed and not yet written. */
interface Block {
  first: number;
  ends: number[];
}

function flush(
  merging: RowMerge,
  block: Block,
  file: CountsWriter,
  onProgress: (row: number) => void,
): void {
  file.add(block.first, Uint32Array.from(block.ends), merging.take());
  block.first += block.ends.length;
  block.ends = [];
  onProgress(block.first - 1);
}

/**
 * A run on its way through a merge. A class, so that V8 compiles what each row of each run does
 * once a process.
 */
class Source {
  readonly #merging: RowMerge;
  readonly #sortedRun: SortedRun;
  readonly #toGlobal: Int32Array;
  readonly #aheadBytes: number;
  readonly #number: number;
  #at: number;
  #block = -1;
  /** Entries of the run that are passed. */
  #passed = 0;
  #coded: ReturnType<typeof readBlocks> | undefined;

  constructor(
    merging: RowMerge,
    { sortedRun, toGlobal }: MappedSortedRun,
    from: number,
    aheadBytes: number,
  ) {
    this.#merging = merging;
    this.#sortedRun = sortedRun;
    this.#toGlobal = toGlobal;
    this.#aheadBytes = aheadBytes;
    this.#number = merging.addRun(toGlobal, largestBlock(sortedRun));
    this.#at = firstFrom(sortedRun, toGlobal, from);
    this.#settle();
  }

  /** The row of the result that its next entries are of; infinite behind its last. */
  row(): number {
    return this.#at < this.#sortedRun.rows.length
      ? this.#toGlobal[this.#sortedRun.rows[this.#at]!]!
      : Number.POSITIVE_INFINITY;
  }

  /** Adds these to the row at work. A promise where it has to read. */
  add(): Promise<void> | undefined {
    if (this.#block < 0 || this.#start() >= this.#sortedRun.starts[this.#block + 1]!)
      return this.#readAndAdd();
    this.#addRow();
    return undefined;
  }

  /** Where the next entries begin. */
  #start(): number {
    return this.#at === 0 ? 0 : this.#sortedRun.ends[this.#at - 1]!;
  }

  /** Rows of words that are not in the result lie between. */
  #settle(): void {
    const { rows } = this.#sortedRun;
    while (this.#at < rows.length && this.#toGlobal[rows[this.#at]!]! < 0) this.#at += 1;
  }

  #addRow(): void {
    const start = this.#start();
    const end = this.#sortedRun.ends[this.#at]!;
    if (start > this.#passed) this.#merging.skip(this.#number, start - this.#passed);
    this.#merging.add(this.#number, end - start);
    this.#passed = end;
    this.#at += 1;
    this.#settle();
  }

  async #readAndAdd(): Promise<void> {
    const { starts, blocks } = this.#sortedRun;
    let wanted = Math.max(this.#block, 0);
    while (this.#start() >= starts[wanted + 1]!) wanted += 1;
    if (this.#coded?.at() !== wanted)
      this.#coded = readBlocks(this.#sortedRun, wanted, this.#aheadBytes);
    this.#merging.open(this.#number, await this.#coded.next(), blocks[wanted]!.entries);
    this.#block = wanted;
    this.#passed = starts[wanted]!;
    this.#addRow();
  }
}

/** The first row of a run whose id is at least `from`: ids that are not -1 rise. */
function firstFrom({ rows }: SortedRun, toGlobal: Int32Array, from: number): number {
  let at = 0;
  while (at < rows.length && toGlobal[rows[at]!]! < from) at += 1;
  return at;
}
