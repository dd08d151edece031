/**
 * What a task trains on: groups of rows, the positives of a pair of groups, and the negatives that
 * go with them.
 */
import {
  bColumns, bOffsets, dColumns, dOffsets, groupOf, groupRows, groupStart, hColumns, hOffsets, kind,
  left, pairLeft, pairRight, right, shares, slotOf, slotRow, sweepLeft, sweepRight, taskOf,
  taskStart,
} from './layout';
import { below, uniform } from './random';

const POSITIVE: u8 = 0;
const HARD: u8 = 1;
const EASY: u8 = 2;
/** Of slotOf: a row in no pair of the task. */
const FREE: i32 = -1;
/** A row with few candidates goes without after so many draws. */
const TRIES: u32 = 64;
/** Positives whose rows' lists are fetched at once. */
const POSITIVES_AT_ONCE: u32 = 16;

let pairs: u32 = 0;
let slots: u32 = 0;

export function slotCount(): u32 {
  return slots;
}

@inline
function u32At(base: usize, at: u32): u32 {
  return load<u32>(base + (<usize>at << 2));
}

@inline
function swap(base: usize, i: u32, j: u32): void {
  const a = base + (<usize>i << 2);
  const b = base + (<usize>j << 2);
  const kept = load<u32>(a);
  store<u32>(a, load<u32>(b));
  store<u32>(b, kept);
}

/** Fisher-Yates over the positives of the visit, by the open stream. */
export function shufflePositives(count: u32): void {
  for (let i = count; i > 1; i--) {
    const j = below(i);
    swap(left, i - 1, j);
    swap(right, i - 1, j);
  }
}

/** Fisher-Yates over the rows [first, end) of the groups' list, by the open stream. */
export function shuffleRows(first: u32, end: u32): void {
  for (let i = end - first; i > 1; i--) swap(groupRows, first + i - 1, first + below(i));
}

/** Notes the group of every row. */
export function nameGroups(groups: u32): void {
  for (let g: u32 = 0; g < groups; g++) {
    const end = u32At(groupStart, g + 1);
    for (let at = u32At(groupStart, g); at < end; at++) {
      store<u8>(groupOf + u32At(groupRows, at), <u8>g);
    }
  }
}

@inline
function taskOfPositive(at: u32, groups: u32): u32 {
  const a = <u32>load<u8>(groupOf + u32At(left, at));
  const b = <u32>load<u8>(groupOf + u32At(right, at));
  return u32At(taskOf, a * groups + b);
}

/** Sorts positives [first, end) by task, keeping their order within one. */
export function sortPositives(first: u32, end: u32, groups: u32, tasks: u32): void {
  memory.fill(taskStart, 0, (<usize>tasks + 1) << 2);
  for (let at = first; at < end; at++) {
    const place = taskStart + (<usize>taskOfPositive(at, groups) << 2);
    store<u32>(place, load<u32>(place) + 1);
  }
  let total: u32 = 0;
  for (let task: u32 = 0; task <= tasks; task++) {
    const place = taskStart + (<usize>task << 2);
    const count = load<u32>(place);
    store<u32>(place, total);
    total += count;
  }
  for (let at = first; at < end; at++) {
    const place = taskStart + (<usize>taskOfPositive(at, groups) << 2);
    const to = <usize>load<u32>(place) << 2;
    store<u32>(place, load<u32>(place) + 1);
    store<u32>(sweepLeft + to, u32At(left, at));
    store<u32>(sweepRight + to, u32At(right, at));
  }
  // Each start has moved to its task's end, which is the next one's start.
  for (let task = tasks; task > 0; task--) {
    store<u32>(taskStart + (<usize>task << 2), u32At(taskStart, task - 1));
  }
  store<u32>(taskStart, 0);
}

/**
 * Pairs of a task between groups a and b: the sweep's positives [first, end), and for the left row
 * of each, hard negatives (of the row's mined ones in the two groups), negatives from current
 * buckets (likewise) and easy ones (uniform over the rows of the two groups that D does not link to
 * it), on average so many. Returns how many pairs.
 */
export function drawPairs(
  first: u32,
  end: u32,
  a: u32,
  b: u32,
  hardPerPositive: f64,
  easyPerPositive: f64,
  bucketPerPositive: f64,
): u32 {
  const startA = u32At(groupStart, a);
  const startB = u32At(groupStart, b);
  const rowsA = u32At(groupStart, a + 1) - startA;
  const rows = a == b ? rowsA : rowsA + u32At(groupStart, b + 1) - startB;
  pairs = 0;
  slots = 0;
  for (let at = first; at < end; at++) {
    const row = u32At(sweepLeft, at);
    if ((at - first) % POSITIVES_AT_ONCE == 0) fetchLists(at, min(at + POSITIVES_AT_ONCE, end));
    const slot = slotFor(row);
    append(slot, slotFor(u32At(sweepRight, at)), POSITIVE);
    drawListed(row, slot, a, b, hOffsets, hColumns, hardPerPositive);
    drawListed(row, slot, a, b, bOffsets, bColumns, bucketPerPositive);
    for (let n = times(easyPerPositive); n > 0; n--) {
      for (let tries: u32 = 0; tries < TRIES; tries++) {
        const place = below(rows);
        const column = u32At(groupRows, place < rowsA ? startA + place : startB + place - rowsA);
        if (column == row || linked(row, column)) continue;
        append(slot, slotFor(column), EASY);
        break;
      }
    }
  }
  return pairs;
}

/**
 * Reads a word of every line of the lists of the positives' left rows, so that the cache fetches
 * them side by side (see rows.ts).
 */
function fetchLists(first: u32, end: u32): void {
  let all: u32 = 0;
  for (let at = first; at < end; at++) {
    const row = u32At(sweepLeft, at);
    all |=
      fetchList(row, dOffsets, dColumns)
      | fetchList(row, hOffsets, hColumns)
      | fetchList(row, bOffsets, bColumns);
    all |= u32At(slotOf, u32At(sweepRight, at));
  }
  store<u32>(shares, all);
}

@inline
function fetchList(row: u32, offsets: usize, columns: usize): u32 {
  let all: u32 = 0;
  const end = columns + (<usize>u32At(offsets, row + 1) << 2);
  for (let at = columns + (<usize>u32At(offsets, row) << 2); at < end; at += 64) {
    all |= load<u32>(at);
  }
  return all;
}

/**
 * The row's slot; slots follow one another as rows first appear, so that pairs walk through their
 * vectors.
 */
@inline
function slotFor(row: u32): u32 {
  const place = slotOf + (<usize>row << 2);
  const taken = load<i32>(place);
  if (taken != FREE) return taken;
  const slot = slots;
  store<u32>(place, slot);
  store<u32>(slotRow + (<usize>slot << 2), row);
  slots = slot + 1;
  return slot;
}

/**
 * Negatives of a row from a list of such: the first in groups a and b from a random place on, round
 * the list; none where there is none. Groups are drawn anew every sweep, so over sweeps all of the
 * list are as likely.
 */
function drawListed(
  row: u32,
  slot: u32,
  a: u32,
  b: u32,
  offsets: usize,
  columns: usize,
  perPositive: f64,
): void {
  const start = u32At(offsets, row);
  const count = u32At(offsets, row + 1) - start;
  if (count == 0) return;
  for (let n = times(perPositive); n > 0; n--) {
    let place = below(count);
    for (let seen: u32 = 0; seen < count; seen++) {
      const column = u32At(columns, start + place);
      const group = <u32>load<u8>(groupOf + column);
      if (group == a || group == b) {
        append(slot, slotFor(column), HARD);
        break;
      }
      if (++place == count) place = 0;
    }
  }
}

/** Makes the slots free for the next task. */
export function freeSlots(): void {
  for (let slot: u32 = 0; slot < slots; slot++) {
    store<i32>(slotOf + (<usize>u32At(slotRow, slot) << 2), FREE);
  }
}

@inline
function append(leftSlot: u32, rightSlot: u32, what: u8): void {
  store<u32>(pairLeft + (<usize>pairs << 2), leftSlot);
  store<u32>(pairRight + (<usize>pairs << 2), rightSlot);
  store<u8>(kind + pairs, what);
  pairs += 1;
}

/** A number of draws whose mean is `mean`. */
@inline
function times(mean: f64): u32 {
  const whole = floor(mean);
  return <u32>whole + (mean != whole && uniform() < mean - whole ? 1 : 0);
}

function linked(row: u32, column: u32): bool {
  let low = u32At(dOffsets, row);
  const end = u32At(dOffsets, row + 1);
  let high = end;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (u32At(dColumns, middle) < column) low = middle + 1;
    else high = middle;
  }
  return low < end && u32At(dColumns, low) == column;
}
