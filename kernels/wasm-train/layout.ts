/**
 * Where everything lies in the shared memory, in bytes. kernels/training/train-memory.ts owns the
 * memory and writes the header, a u32 a name in the order of its HEADER, which is the order here. n
 * rows of a block, L tables, d bits, w = L * d; s slots and m pairs of one task.
 */

import { loadCoefficients } from './elementary';

/** L, d, w. */
export let L: u32 = 0;
export let d: u32 = 0;
export let w: u32 = 0;
/** f32 (n, L, d): of each row E and the optimizer's two moments. */
export let E: usize = 0;
export let M1: usize = 0;
export let M2: usize = 0;
/** u32 (n): the step that last moved a row. */
export let touched: usize = 0;
/**
 * u32 (n): rows group by group; u32 (groups + 1): where a group's begin; u8 (n): the group of a
 * row.
 */
export let groupRows: usize = 0;
export let groupStart: usize = 0;
export let groupOf: usize = 0;
/** D and hard negatives as sparse rows. */
export let dOffsets: usize = 0;
export let dColumns: usize = 0;
export let hOffsets: usize = 0;
export let hColumns: usize = 0;
/** Negatives from current buckets as sparse rows. */
export let bOffsets: usize = 0;
export let bColumns: usize = 0;
/** u32: the positives of the visit, both orders; and those of a sweep, task by task. */
export let left: usize = 0;
export let right: usize = 0;
export let sweepLeft: usize = 0;
export let sweepRight: usize = 0;
/**
 * u32 (groups, groups): the task of a pair of groups; u32 (tasks + 1): where a task's positives
 * begin.
 */
export let taskOf: usize = 0;
export let taskStart: usize = 0;
/** i32 (n): a row's slot in the task at work on it, or below 0. */
export let slotOf: usize = 0;
// Of one thread:
/**
 * u32 (m): slots of the pair; u8 (m): its kind and winner; f32 (m): largest cosine, slope of the
 * loss.
 */
export let pairLeft: usize = 0;
export let pairRight: usize = 0;
export let kind: usize = 0;
export let winner: usize = 0;
export let largest: usize = 0;
export let slopes: usize = 0;
/** f32 (PAIRS_AT_ONCE, squares): cosines of the pairs at work, L * L of each and then -Infinity. */
export let cosines: usize = 0;
/** u32 (s): the row. */
export let slotRow: usize = 0;
/**
 * Of a slot, side by side: f32 (L, d) u, (L, d) gradient, (L) inverse lengths, (L) sums of slope *
 * cosine, (L) of lambda; and the bytes to the next slot's.
 */
export let vectors: usize = 0;
export let vectorStride: usize = 0;
/** In a slot's vectors, where these begin. */
export let GRADIENT: usize = 0;
export let INVERSE: usize = 0;
export let PULL: usize = 0;
export let WINS: usize = 0;
/** L * L, up to the next multiple of 4. */
export let squares: u32 = 0;
/** f32 (d): 0 where dropout strikes. */
export let mask: usize = 0;
/** f32 (2, squares): what a pair's cosines give to the left and to the right row. */
export let shares: usize = 0;

@inline
function word(header: usize, at: u32): u32 {
  return load<u32>(header + (<usize>at << 2));
}

export function bind(h: usize): void {
  L = word(h, 0);
  d = word(h, 1);
  w = L * d;
  squares = (L * L + 3) & ~3;
  GRADIENT = <usize>w << 2;
  INVERSE = <usize>w << 3;
  PULL = INVERSE + (<usize>L << 2);
  WINS = PULL + (<usize>L << 2);
  vectorStride = (WINS + (<usize>L << 2) + 63) & ~63;
  loadCoefficients();
  E = word(h, 2);
  M1 = word(h, 3);
  M2 = word(h, 4);
  touched = word(h, 5);
  groupRows = word(h, 6);
  groupStart = word(h, 7);
  groupOf = word(h, 8);
  dOffsets = word(h, 9);
  dColumns = word(h, 10);
  hOffsets = word(h, 11);
  hColumns = word(h, 12);
  bOffsets = word(h, 13);
  bColumns = word(h, 14);
  left = word(h, 15);
  right = word(h, 16);
  sweepLeft = word(h, 17);
  sweepRight = word(h, 18);
  taskOf = word(h, 19);
  taskStart = word(h, 20);
  slotOf = word(h, 21);
  pairLeft = word(h, 23);
  pairRight = word(h, 24);
  kind = word(h, 25);
  winner = word(h, 26);
  largest = word(h, 27);
  slopes = word(h, 28);
  cosines = word(h, 29);
  slotRow = word(h, 30);
  vectors = word(h, 31);
  mask = word(h, 32);
  shares = word(h, 33);
}
