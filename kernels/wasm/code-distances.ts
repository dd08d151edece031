/**
 * Hamming distances of one item's codes to those of all items (kernels/codes/code-distances.ts).
 * codes: (L, V, w) bytes, table after table; own: (L, w). N lengths, the first ends[n] bytes of a
 * code, the last of them w. `shared`: a code of one table meets those of every other. Table t joins
 * with the meetings (p, t) and (t, p), p <= t.
 */

/** Distances that are counted, from 0. */
const RADII: u32 = 4;

/**
 * out: u16 (V), the least distance of whole codes over all tables. counts: u32 (L, N, RADII), items
 * whose least distance over the tables up to t, of the first ends[n] bytes, is exactly that; filled
 * with zeros by the caller. scratch: L * 64 bytes, then N words.
 */
export function distances(
  codes: usize,
  own: usize,
  V: u32,
  L: u32,
  w: u32,
  ends: usize,
  N: u32,
  shared: bool,
  out: usize,
  counts: usize,
  scratch: usize,
): void {
  let item: u32 = 0;
  if (w == 4 && N == 4) {
    item = V & ~3;
    fours(codes, own, V, L, shared, out, counts, scratch);
  }
  const least = scratch + <usize>L * 64;
  for (; item < V; item++) {
    for (let n: u32 = 0; n < N; n++) store<u32>(least + (<usize>n << 2), 0xffff);
    for (let t: u32 = 0; t < L; t++) {
      for (let p: u32 = shared ? 0 : t; p <= t; p++) {
        meet(codes + (<usize>t * V + item) * w, own + <usize>p * w, ends, N, least);
        if (p != t) meet(codes + (<usize>p * V + item) * w, own + <usize>t * w, ends, N, least);
      }
      for (let n: u32 = 0; n < N; n++) {
        const found = load<u32>(least + (<usize>n << 2));
        if (found < RADII) bump(counts + <usize>(((t * N + n) * RADII + found) << 2), 1);
      }
    }
    store<u16>(out + (<usize>item << 1), <u16>load<u32>(least + (<usize>(N - 1) << 2)));
  }
}

/**
 * Codes of four bytes, four items at a time: a byte's set bits, summed to the bytes before it by
 * one multiplication.
 */
function fours(
  codes: usize,
  own: usize,
  V: u32,
  L: u32,
  shared: bool,
  out: usize,
  counts: usize,
  scratch: usize,
): void {
  const ones = i32x4.splat(0x0101_0101);
  for (let k: usize = 0; k < <usize>L * 64; k += 16) v128.store(scratch + k, i32x4.splat(0));
  let pending = 0;
  for (let item: u32 = 0; item + 4 <= V; item += 4) {
    let least = i32x4.splat(-1);
    for (let t: u32 = 0; t < L; t++) {
      const theirs = v128.load(codes + ((<usize>t * V + item) << 2));
      for (let p: u32 = shared ? 0 : t; p <= t; p++) {
        least = i8x16.min_u(
          least,
          i32x4.mul(i8x16.popcnt(v128.xor(theirs, v128.load32_splat(own + (<usize>p << 2)))), ones)
        );
        if (p != t) {
          least = i8x16.min_u(
            least,
            i32x4.mul(
              i8x16.popcnt(
                v128.xor(
                  v128.load(codes + ((<usize>p * V + item) << 2)),
                  v128.load32_splat(own + (<usize>t << 2))
                )
              ),
              ones
            )
          );
        }
      }
      const sums = scratch + <usize>t * 64;
      for (let radius: u32 = 0; radius < RADII; radius++) {
        const at = sums + <usize>radius * 16;
        v128.store(at, i8x16.sub(v128.load(at), i8x16.eq(least, i8x16.splat(<i8>radius))));
      }
    }
    const whole = v128.and(i32x4.shr_u(least, 24), i32x4.splat(0xff));
    v128.store64_lane(out + (<usize>item << 1), i16x8.narrow_i32x4_u(whole, whole), 0);
    // A byte of the sums holds 255 of them.
    if (++pending == 255) {
      flush(counts, L, scratch);
      pending = 0;
    }
  }
  flush(counts, L, scratch);
}

/**
 * Adds the sums, a byte an item of four and a length, to the counts (L, 4, RADII), and clears them.
 */
function flush(counts: usize, L: u32, scratch: usize): void {
  for (let t: u32 = 0; t < L; t++) {
    for (let radius: u32 = 0; radius < RADII; radius++) {
      const at = scratch + <usize>t * 64 + <usize>radius * 16;
      for (let k: u32 = 0; k < 16; k++) {
        bump(counts + <usize>(((t * 4 + (k & 3)) * RADII + radius) << 2), load<u8>(at + k));
      }
      v128.store(at, i32x4.splat(0));
    }
  }
}

// @ts-ignore: decorator
@inline
function bump(at: usize, by: u32): void {
  store<u32>(at, load<u32>(at) + by);
}

/** Lowers the least distances by those of two codes. */
// @ts-ignore: decorator
@inline
function meet(theirs: usize, mine: usize, ends: usize, N: u32, least: usize): void {
  let distance: u32 = 0;
  let k: u32 = 0;
  for (let n: u32 = 0; n < N; n++) {
    const end = load<u32>(ends + (<usize>n << 2));
    for (; k + 4 <= end; k += 4) {
      distance += popcnt<u32>(load<u32>(theirs + k) ^ load<u32>(mine + k));
    }
    for (; k < end; k++) distance += popcnt<u32>(load<u8>(theirs + k) ^ load<u8>(mine + k));
    const at = least + (<usize>n << 2);
    if (distance < load<u32>(at)) store<u32>(at, distance);
  }
}
