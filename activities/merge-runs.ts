import { BLOCK_ENTRIES } from '../kernels/count-rows.ts';
import { mergeRows, type RowMerge } from '../kernels/merge-rows.ts';
import type { CountsWriter } from '../store/counts-file.ts';
import { largestBlock, readBlocks, type Run } from './read-run.ts';

/** A run and what its words are in the result. */
export interface MappedRun {
  run: Run;
  /** The id of each of its ids, rising, or -1. */
  toGlobal: Int32Array;
}

export interface MergeRange {
  /** Words of the result. */
  size: number;
  /** Rows [from, to) of it. */
  from: number;
  to: number;
}

/** Read ahead, of all runs together. */
const AHEAD_BYTES = 16 * 1024 * 1024;

/** Sums rows of any number of runs and writes them: of every run a coded block is in memory and what is read ahead, of the result a block. */
export async function mergeRuns(mapped: readonly MappedRun[], { size, from, to }: MergeRange, file: CountsWriter, report: (row: number) => void): Promise<RowMerge> {
  const merging = mergeRows(size, BLOCK_ENTRIES);
  const sources = mapped.map((source) => openSource(merging, source, from, Math.floor(AHEAD_BYTES / mapped.length)));
  const open = sources.filter((source) => source.row() < to);
  let first = from;
  let ends: number[] = [];
  const flush = () => {
    file.add(first, Uint32Array.from(ends), merging.take());
    first += ends.length;
    ends = [];
  };
  for (let row = from; row < to; row++) {
    for (const source of open) {
      if (source.row() !== row) continue;
      const reading = source.add();
      if (reading) await reading;
    }
    merging.endRow(row);
    ends.push(merging.pending());
    if (merging.pending() < BLOCK_ENTRIES) continue;
    flush();
    report(row);
  }
  flush();
  return merging;
}

/** A run on its way through a merge. */
interface Source {
  /** The row of the result that its next entries are of; infinite behind its last. */
  row(): number;
  /** Adds these to the row at work. A promise where it has to read. */
  add(): Promise<void> | undefined;
}

function openSource(merging: RowMerge, { run, toGlobal }: MappedRun, from: number, aheadBytes: number): Source {
  const number = merging.addRun(toGlobal, largestBlock(run));
  const { rows, ends, starts, blocks } = run;
  const startOf = (at: number) => (at === 0 ? 0 : ends[at - 1]!);
  let at = firstFrom(run, toGlobal, from);
  let block = -1;
  /** Entries of the run that are passed. */
  let passed = 0;
  let coded: ReturnType<typeof readBlocks> | undefined;

  /** Rows of words that are not in the result lie between. */
  function settle(): void {
    while (at < rows.length && toGlobal[rows[at]!]! < 0) at += 1;
  }
  settle();

  function addRow(): void {
    if (startOf(at) > passed) merging.skip(number, startOf(at) - passed);
    merging.add(number, ends[at]! - startOf(at));
    passed = ends[at]!;
    at += 1;
    settle();
  }

  async function readAndAdd(): Promise<void> {
    let wanted = Math.max(block, 0);
    while (startOf(at) >= starts[wanted + 1]!) wanted += 1;
    if (coded?.at() !== wanted) coded = readBlocks(run, wanted, aheadBytes);
    merging.open(number, await coded.next(), blocks[wanted]!.entries);
    block = wanted;
    passed = starts[block]!;
    addRow();
  }

  return {
    row: () => (at < rows.length ? toGlobal[rows[at]!]! : Number.POSITIVE_INFINITY),
    add() {
      if (block < 0 || startOf(at) >= starts[block + 1]!) return readAndAdd();
      addRow();
      return undefined;
    },
  };
}

/** The first row of a run whose id is at least `from`: ids that are not -1 rise. */
function firstFrom({ rows }: Run, toGlobal: Int32Array, from: number): number {
  let at = 0;
  while (at < rows.length && toGlobal[rows[at]!]! < from) at += 1;
  return at;
}
