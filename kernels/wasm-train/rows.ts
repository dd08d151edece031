/** Rows of slots in memory. */
import { shares, slotRow, w } from './layout';

/**
 * Rows that are fetched before they are computed on: enough to hide how far memory is, few enough
 * for the first cache.
 */
export const ROWS_AT_ONCE: u32 = 8;

@inline
export function rowOf(slot: u32): u32 {
  return load<u32>(slotRow + (<usize>slot << 2));
}

/**
 * Reads a word of every line of the slots' rows, so that the cache fetches them side by side, as it
 * could not while a row before is computed on: WebAssembly has no prefetch. What is read goes where
 * it does no harm, or a compiler would leave the reading out.
 */
@inline
export function fetchRows(base: usize, first: u32, end: u32): void {
  const bytes = <usize>w << 2;
  let all: u32 = 0;
  for (let slot = first; slot < end; slot++) {
    const row = base + <usize>rowOf(slot) * bytes;
    for (let k: usize = 0; k < bytes; k += 64) all |= load<u32>(row + k);
  }
  store<u32>(shares, all);
}
