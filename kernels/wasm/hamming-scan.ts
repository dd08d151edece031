/**
 * Codes within a Hamming distance, and all distances: the scan of lookup/, which carries this
 * module's bytes (lookup/hamming/scan-module.ts). Codes are (n, W) words of 32 bits at `codes`;
 * the query lies at `query` as 16 bytes: its W words again and again for W of 1, 2 and 4, else its
 * W words.
 */

/**
 * Writes (number, distance) as u32 each at `out` for every code within `radius`; returns how many.
 */
export function within(codes: usize, n: i32, W: i32, query: usize, radius: i32, out: usize): i32 {
  let found = 0;
  let i = 0;
  if (W == 1 || W == 2 || W == 4) {
    const limit = i16x8.splat(<i16>radius);
    // Eight codes at a time.
    for (; i + 8 <= n; i += 8) {
      const distances = eight(codes + (<usize>i) * (<usize>W) * 4, W, query);
      const near = i16x8.le_s(distances, limit);
      let mask = i16x8.bitmask(near);
      while (mask != 0) {
        const lane = ctz(mask);
        mask &= mask - 1;
        found = push(out, found, i + lane, laneOf(distances, lane));
      }
    }
  }
  for (; i < n; i++) {
    const distance = one(codes + (<usize>i) * (<usize>W) * 4, W, query);
    if (distance <= radius) found = push(out, found, i, distance);
  }
  return found;
}

/** Writes the distance of every code as u16 at `out`. */
export function distances(codes: usize, n: i32, W: i32, query: usize, out: usize): void {
  let i = 0;
  if (W == 1 || W == 2 || W == 4) {
    for (; i + 8 <= n; i += 8) {
      v128.store(out + (<usize>i) * 2, eight(codes + (<usize>i) * (<usize>W) * 4, W, query));
    }
  }
  for (; i < n; i++) {
    store<u16>(out + (<usize>i) * 2, <u16>one(codes + (<usize>i) * (<usize>W) * 4, W, query));
  }
}

// @ts-ignore: decorator
@inline
function push(out: usize, found: i32, code: i32, distance: i32): i32 {
  store<u32>(out + (<usize>found) * 8, code);
  store<u32>(out + (<usize>found) * 8 + 4, distance);
  return found + 1;
}

// @ts-ignore: decorator
@inline
function one(at: usize, W: i32, query: usize): i32 {
  let distance = 0;
  for (let k = 0; k < W; k++) {
    distance += popcnt<i32>(load<i32>(at + (<usize>k) * 4) ^ load<i32>(query + (<usize>k) * 4));
  }
  return distance;
}

/** Set bits of each word of 32 of four. */
// @ts-ignore: decorator
@inline
function bits(at: usize, q: v128): v128 {
  return i32x4.extadd_pairwise_i16x8_u(
    i16x8.extadd_pairwise_i8x16_u(i8x16.popcnt(v128.xor(v128.load(at), q)))
  );
}

/** Two vectors of words to the sums of neighbours. */
// @ts-ignore: decorator
@inline
function pairs(a: v128, b: v128): v128 {
  return i32x4.dot_i16x8_s(i16x8.narrow_i32x4_s(a, b), i16x8.splat(1));
}

/** Distances of eight codes as u16. */
// @ts-ignore: decorator
@inline
function eight(at: usize, W: i32, query: usize): v128 {
  const q = v128.load(query);
  if (W == 1) return i16x8.narrow_i32x4_s(bits(at, q), bits(at + 16, q));
  const a = pairs(bits(at, q), bits(at + 16, q));
  const b = pairs(bits(at + 32, q), bits(at + 48, q));
  if (W == 2) return i16x8.narrow_i32x4_s(a, b);
  const c = pairs(bits(at + 64, q), bits(at + 80, q));
  const d = pairs(bits(at + 96, q), bits(at + 112, q));
  return i16x8.narrow_i32x4_s(pairs(a, b), pairs(c, d));
}

// @ts-ignore: decorator
@inline
function laneOf(distances: v128, lane: i32): i32 {
  if (lane < 4) {
    return (
      lane < 2
      ? (lane == 0 ? i16x8.extract_lane_s(distances, 0) : i16x8.extract_lane_s(distances, 1))
      : lane == 2
      ? i16x8.extract_lane_s(distances, 2)
      : i16x8.extract_lane_s(distances, 3)
    );
  }
  return (
    lane < 6
    ? (lane == 4 ? i16x8.extract_lane_s(distances, 4) : i16x8.extract_lane_s(distances, 5))
    : lane == 6
    ? i16x8.extract_lane_s(distances, 6)
    : i16x8.extract_lane_s(distances, 7)
  );
}
