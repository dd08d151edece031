/**
 * Where everything lies in the shared memory, in bytes. kernels/train-memory.ts owns the memory and writes the header, a u32 a name in
 * the order of its HEADER, which is the order here. n rows of a block, L tables, d bits, w = L * d; s slots and m pairs of one task.
 */

import { loadCoefficients } from './elementary';

/** L, d, w. */
export let L: u32 = 0;
export let d: u32 = 0;
export let w: u32 = 0;
/** f32 (n, 3, L, d), in the order of groupRows: of each row E and the optimizer's two moments, side by side because a step needs all; where the first of each lie. */
export let E: usize = 0;
export let M1: usize = 0;
export let M2: usize = 0;
/** Bytes from a row's E to the next row's. */
export let rowStride: usize = 0;
/** u32 (n): the step that last moved a row. */
export let touched: usize = 0;
/** u32 (n): rows group by group; u32 (groups + 1): where a group's begin; u8 (n): the group of a row. */
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
/** u32 (groups, groups): the task of a pair of groups; u32 (tasks + 1): where a task's positives begin. */
export let taskOf: usize = 0;
export let taskStart: usize = 0;
/** i32 (n): a row's slot in the task at work on it, or below 0. */
export let slotOf: usize = 0;
// Of one thread:
/** u32 (m): slots of the pair; u8 (m): its kind and winner; f32 (m): largest cosine; f32 (m, L, L): cosines; f32 (m): slope of the loss. */
export let pairLeft: usize = 0;
export let pairRight: usize = 0;
export let kind: usize = 0;
export let winner: usize = 0;
export let largest: usize = 0;
export let cosines: usize = 0;
export let slopes: usize = 0;
/** u32 (s): the row and its place in the list of groups; f32 (s, L, d): u, gradient; f32 (s, L): inverse lengths, sums of slope * cosine, of lambda. */
export let slotRow: usize = 0;
export let slotPlace: usize = 0;
export let u: usize = 0;
export let gradient: usize = 0;
export let inverse: usize = 0;
export let pull: usize = 0;
export let wins: usize = 0;
/** f32 (d): 0 where dropout strikes. */
export let mask: usize = 0;
/** f32 (L, L). */
export let shares: usize = 0;

@inline
function word(header: usize, at: u32): u32 {
  return load<u32>(header + (<usize>at << 2));
}

export function bind(h: usize): void {
  L = word(h, 0);
  d = word(h, 1);
  w = L * d;
  rowStride = 12 * <usize>w;
  loadCoefficients();
  E = word(h, 2);
  M1 = E + 4 * <usize>w;
  M2 = E + 8 * <usize>w;
  touched = word(h, 3);
  groupRows = word(h, 4);
  groupStart = word(h, 5);
  groupOf = word(h, 6);
  dOffsets = word(h, 7);
  dColumns = word(h, 8);
  hOffsets = word(h, 9);
  hColumns = word(h, 10);
  bOffsets = word(h, 11);
  bColumns = word(h, 12);
  left = word(h, 13);
  right = word(h, 14);
  sweepLeft = word(h, 15);
  sweepRight = word(h, 16);
  taskOf = word(h, 17);
  taskStart = word(h, 18);
  slotOf = word(h, 19);
  pairLeft = word(h, 21);
  pairRight = word(h, 22);
  kind = word(h, 23);
  winner = word(h, 24);
  largest = word(h, 25);
  cosines = word(h, 26);
  slopes = word(h, 27);
  slotRow = word(h, 28);
  slotPlace = word(h, 29);
  u = word(h, 30);
  gradient = word(h, 31);
  inverse = word(h, 32);
  pull = word(h, 33);
  wins = word(h, 34);
  mask = word(h, 35);
  shares = word(h, 36);
}
