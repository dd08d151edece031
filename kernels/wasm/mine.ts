/**
 * The members of N_i (kernels/affinity/mine-negatives.ts): neighbours of neighbours of a row that
 * are none themselves, in the order in which they are met.
 *
 * D as CSR: offsets: u32 (V + 1), columns: u32; seen: u32 (V), the last mark of each word; met: u32
 * (V + 1).
 */

/** Lists N_i of row i; `mark` is not in `seen` yet. Returns how many there are. */
export function meet(
  i: u32,
  mark: u32,
  offsets: usize,
  columns: usize,
  seen: usize,
  met: usize,
): u32 {
  const first = columns + (<usize>load<u32>(offsets + (<usize>i << 2)) << 2);
  const end = columns + (<usize>load<u32>(offsets + (<usize>i << 2), 4) << 2);
  store<u32>(seen + (<usize>i << 2), mark);
  for (let at = first; at < end; at += 4) store<u32>(seen + (<usize>load<u32>(at) << 2), mark);
  let out = met;
  for (let at = first; at < end; at += 4) {
    const k = offsets + (<usize>load<u32>(at) << 2);
    const last = columns + (<usize>load<u32>(k, 4) << 2);
    for (let b = columns + (<usize>load<u32>(k) << 2); b < last; b += 4) {
      // Written in any case and kept where it is new: nothing branches on it.
      const j = load<u32>(b);
      const place = seen + (<usize>j << 2);
      store<u32>(out, j);
      out += <usize>(load<u32>(place) != mark) << 2;
      store<u32>(place, mark);
    }
  }
  return <u32>((out - met) >> 2);
}
