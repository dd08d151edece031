/**
 * The inner loops of counting and merging (kernels/affinity/count-rows.ts,
 * kernels/affinity/merge-rows.ts), which say what is computed and own the memory: every array lies
 * where `layout` was told, in bytes. One row is summed at a time into a dense accumulator; what it
 * touched is listed, and leaves in order by way of a bitmap of two levels, so that nothing is
 * sorted. V ids, w window.
 *
 * sums: u64 (V + SPARE), all 0 between rows; narrow: u32 (V + SPARE), the same for rows whose sums
 * cannot reach 2^32; touched: u32 (V + SPARE); leaves: u64 (V / 64 + 1), a bit an id; summary: u64
 * (V / 4096 + 1), a bit a leaf; columns: u32, outSums: u64 (capacity): the entries of the rows, in
 * order.
 */

import { available, encode32, encode64, fill, openStream, take, taken } from './delta';

/**
 * Ids [V, V + SPARE) stand for tokens that are not counted: several, so that their sums do not wait
 * for one another.
 */
const SPARE: u32 = 32;
const MOST: u64 = (1 << 53) - 1;

let V: u32 = 0;
let sums: usize = 0;
let narrow: usize = 0;
let touched: usize = 0;
let leaves: usize = 0;
let summary: usize = 0;
let columns: usize = 0;
let outSums: usize = 0;
let gathered: usize = 0;
let length: u32 = 0;
let touchedCount: u32 = 0;
let refused: u32 = 0;

export function layout(
  v: u32,
  at: usize,
  sumsAt: usize,
  touchedAt: usize,
  leavesAt: usize,
  summaryAt: usize,
  columnsAt: usize,
  outSumsAt: usize,
): void {
  V = v;
  narrow = at;
  sums = sumsAt;
  touched = touchedAt;
  leaves = leavesAt;
  summary = summaryAt;
  columns = columnsAt;
  outSums = outSumsAt;
  length = 0;
  touchedCount = 0;
}

/** Entries written since the last call of `rewind`. */
export function written(): u32 {
  return length;
}

export function rewind(): void {
  length = 0;
}

/** The column whose sum passed 2^53 when a function returned its row with the top bit set. */
export function refusedColumn(): u32 {
  return refused;
}

/**
 * Counting sort: starts: u32 (V + 1), filled; places: u32, the places of id i in ids at starts[i]
 * to starts[i + 1], rising.
 */
export function sortPlaces(
  ids: usize,
  count: u32,
  starts: usize,
  next: usize,
  places: usize,
): void {
  memory.fill(starts, 0, (<usize>V + 1) << 2);
  for (let p: u32 = 0; p < count; p++) {
    const i = load<u32>(ids + (<usize>p << 2));
    if (i < V) {
      const at = starts + ((<usize>i + 1) << 2);
      store<u32>(at, load<u32>(at) + 1);
    }
  }
  for (let i: usize = 0; i < V; i++) {
    const before = load<u32>(starts + (i << 2));
    store<u32>(next + (i << 2), before);
    store<u32>(starts + ((i + 1) << 2), load<u32>(starts + ((i + 1) << 2)) + before);
  }
  for (let p: u32 = 0; p < count; p++) {
    const i = load<u32>(ids + (<usize>p << 2));
    if (i < V) {
      const at = next + (<usize>i << 2);
      const slot = load<u32>(at);
      store<u32>(places + (<usize>slot << 2), p);
      store<u32>(at, slot + 1);
    }
  }
}

/**
 * Counts rows from `row` on until fewer than V entries fit in `capacity`; ends: u32 (V), the
 * entries written up to each row's end. ids have `window` spare ones before the first token and
 * after the last of each document; weights: u32 (w + 1), scale / distance. gatherAt: GATHERED
 * windows of ids, each a multiple of 16 bytes; 16 bytes behind the last id can be read. A row of at
 * most `narrowPlaces` places cannot reach 2^32. Returns the next row; top bit set: that row's sum
 * with refusedColumn() passed 2^53.
 */
export function countRows(
  row: u32,
  capacity: u32,
  ids: usize,
  starts: usize,
  places: usize,
  ends: usize,
  weights: usize,
  window: u32,
  narrowPlaces: u32,
  gatherAt: usize,
): u32 {
  gathered = gatherAt;
  while (row < V && length + V <= capacity) {
    const first = load<u32>(starts + (<usize>row << 2));
    const end = load<u32>(starts + ((<usize>row + 1) << 2));
    if (end > first) {
      let kept: bool;
      if (end - first <= narrowPlaces) {
        visit<u32>(narrow, ids, places, first, end, weights, window);
        kept = emit<u32>(narrow, row);
      } else {
        visit<u64>(sums, ids, places, first, end, weights, window);
        kept = emit<u64>(sums, row);
      }
      if (!kept) return row | 0x80000000;
    }
    store<u32>(ends + (<usize>row << 2), length);
    row++;
  }
  return row;
}

/**
 * Places whose windows are gathered at once: their loads wait for memory together, not one after
 * the other.
 */
const GATHERED: u32 = 64;

/**
 * Adds the window of every place of a row; both directions, whatever the column: half of it is not
 * kept, but nothing branches on it.
 */
function visit<T>(
  acc: usize,
  ids: usize,
  places: usize,
  first: u32,
  end: u32,
  weights: usize,
  window: u32,
): void {
  let list = touched;
  const reach = <usize>window << 2;
  const stride: usize = ((2 * reach + 19) >> 4) << 4;
  for (let from = first; from < end; from += GATHERED) {
    const to = min(from + GATHERED, end);
    let out = gathered;
    for (let at = from; at < to; at++) {
      const begin = ids + (<usize>load<u32>(places + (<usize>at << 2)) << 2) - reach;
      for (let k: usize = 0; k < stride; k += 16) v128.store(out + k, v128.load(begin + k));
      out += stride;
    }
    for (let here = gathered + reach; here < out; here += stride) {
      for (let d: usize = 4; d <= reach; d += 4) {
        const weight = <T>load<u32>(weights + d);
        const right = load<u32>(here + d);
        const toRight = acc + <usize>right * sizeof<T>();
        const sumRight = load<T>(toRight);
        store<T>(toRight, <T>(sumRight + weight));
        store<u32>(list, right);
        list += <usize>(sumRight == 0) << 2;
        const left = load<u32>(here - d);
        const toLeft = acc + <usize>left * sizeof<T>();
        const sumLeft = load<T>(toLeft);
        store<T>(toLeft, <T>(sumLeft + weight));
        store<u32>(list, left);
        list += <usize>(sumLeft == 0) << 2;
      }
    }
  }
  touchedCount = <u32>((list - touched) >> 2);
}

/**
 * Writes the touched columns from `row` on, in order, and clears all. A place paired with its own
 * word was met from both ends.
 */
function emit<T>(acc: usize, row: u32): bool {
  const end = touched + (<usize>touchedCount << 2);
  for (let at = touched; at < end; at += 4) {
    const j = load<u32>(at);
    if (j < row || j >= V) store<T>(acc + <usize>j * sizeof<T>(), 0);
    else mark(j);
  }
  touchedCount = 0;
  const own = acc + <usize>row * sizeof<T>();
  store<T>(own, <T>(load<T>(own) >> 1));
  return sweep<T>(acc, row);
}

@inline
function mark(j: u32): void {
  const leaf = leaves + (<usize>(j >> 6) << 3);
  store<u64>(leaf, load<u64>(leaf) | ((<u64>1) << (j & 63)));
  const top = summary + (<usize>(j >> 12) << 3);
  store<u64>(top, load<u64>(top) | ((<u64>1) << ((j >> 6) & 63)));
}

/**
 * Writes every marked column, rising, and clears its sum and its mark; false where one passes 2^53.
 */
function sweep<T>(acc: usize, row: u32): bool {
  let fits = true;
  const tops = (V >> 12) + 1;
  for (let s = row >> 12; s < tops; s++) {
    const top = summary + (<usize>s << 3);
    let marks = load<u64>(top);
    if (marks == 0) continue;
    store<u64>(top, 0);
    while (marks != 0) {
      const l = (s << 6) + <u32>ctz(marks);
      marks &= marks - 1;
      const leaf = leaves + (<usize>l << 3);
      let bits = load<u64>(leaf);
      store<u64>(leaf, 0);
      while (bits != 0) {
        const j = (l << 6) + <u32>ctz(bits);
        bits &= bits - 1;
        const at = acc + <usize>j * sizeof<T>();
        const sum = <u64>load<T>(at);
        store<T>(at, 0);
        if (sizeof<T>() == 8 && sum > MOST) {
          refused = j;
          fits = false;
        }
        store<u32>(columns + (<usize>length << 2), j);
        store<u64>(outSums + (<usize>length << 3), sum);
        length++;
      }
    }
  }
  return fits;
}

/** Codes the columns written since the last call of `rewind`; returns their end. */
export function codeColumns(out: usize): usize {
  return encode32(columns, length, out);
}

/** Codes the sums likewise. */
export function codeSums(out: usize): usize {
  return encode64(outSums, length, out);
}

/**
 * Where in the memory of a run (RUN_BYTES) its streams lie: the state of columns and sums, and a
 * decoded block of 128 of each.
 */
const SUMS_STATE: usize = 48;
const COLUMNS_BLOCK: usize = 96;
const SUMS_BLOCK: usize = 96 + 512;

/**
 * The next entries of a run are `count` coded columns at bytes [columnsAt, columnsEnd), and sums;
 * false where they are not.
 */
export function openBlock(
  run: usize,
  columnsAt: usize,
  columnsEnd: usize,
  sumsAt: usize,
  sumsEnd: usize,
  count: u32,
): bool {
  return (
    openStream(run, run + COLUMNS_BLOCK, columnsAt, columnsEnd, count, false)
    && openStream(run + SUMS_STATE, run + SUMS_BLOCK, sumsAt, sumsEnd, count, true)
  );
}

/**
 * Adds the next n entries of a run to the row at work; toGlobal: i32 (words), the id of each of the
 * run's ids, or -1 for one that is not counted. False where the run holds no such entries.
 */
export function addEntries(run: usize, n: u32, toGlobal: usize, words: u32): bool {
  let list = touched + (<usize>touchedCount << 2);
  let left = n;
  while (left > 0) {
    const count = ready(run, left);
    if (count == 0) return false;
    const from = <usize>taken(run);
    const runColumns = run + COLUMNS_BLOCK + (from << 2);
    const runSums = run + SUMS_BLOCK + (from << 3);
    for (let k: usize = 0; k < <usize>count; k++) {
      const column = load<u32>(runColumns + (k << 2));
      if (column >= words) return false;
      const j = load<i32>(toGlobal + (<usize>column << 2));
      if (j < 0) continue;
      const at = sums + (<usize>j << 3);
      const sum = load<u64>(at);
      store<u64>(at, sum + load<u64>(runSums + (k << 3)));
      store<u32>(list, <u32>j);
      list += <usize>(sum == 0) << 2;
    }
    pass(run, count);
    left -= count;
  }
  touchedCount = <u32>((list - touched) >> 2);
  return true;
}

/** Passes over the next n entries of a run. */
export function skipEntries(run: usize, n: u32): bool {
  let left = n;
  while (left > 0) {
    const count = ready(run, left);
    if (count == 0) return false;
    pass(run, count);
    left -= count;
  }
  return true;
}

/**
 * How many of the next `most` entries of a run are decoded, at least one; 0 where there is none or
 * the bytes are broken.
 */
@inline
function ready(run: usize, most: u32): u32 {
  if (available(run) == 0 && !fill<u32>(run, run + COLUMNS_BLOCK)) return 0;
  if (available(run + SUMS_STATE) == 0 && !fill<u64>(run + SUMS_STATE, run + SUMS_BLOCK)) return 0;
  return min(most, min(available(run), available(run + SUMS_STATE)));
}

@inline
function pass(run: usize, count: u32): void {
  take(run, count);
  take(run + SUMS_STATE, count);
}

/**
 * Writes the row at work, whose columns are from `row` on; marginals: u64 (V), F summed by rows:
 * both orders, the diagonal twice.
 */
export function endRow(row: u32, marginals: usize): bool {
  const end = touched + (<usize>touchedCount << 2);
  for (let at = touched; at < end; at += 4) mark(load<u32>(at));
  touchedCount = 0;
  const begin = length;
  const fits = sweep<u64>(sums, row);
  let whole: u64 = 0;
  for (let k = begin; k < length; k++) {
    const sum = load<u64>(outSums + (<usize>k << 3));
    const to = marginals + (<usize>load<u32>(columns + (<usize>k << 2)) << 3);
    store<u64>(to, load<u64>(to) + sum);
    whole += sum;
  }
  const own = marginals + (<usize>row << 3);
  store<u64>(own, load<u64>(own) + whole);
  return fits;
}
