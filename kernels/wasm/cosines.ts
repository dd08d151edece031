/**
 * The largest of the L x L dot products of one item's vectors with every item's
 * (kernels/codes/largest-cosines.ts). values: f32 (V, L, d); own: f32 (L, d); out: f32 (V); sums:
 * v128 (L x L and up to three more). d is a multiple of 8. Partial sums are added in a fixed order:
 * eight, four, two.
 */
export function largest(
  values: usize,
  own: usize,
  items: u32,
  tables: u32,
  d: u32,
  out: usize,
  sums: usize,
): void {
  const stride = <usize>(tables * d) << 2;
  readySums(sums, tables);
  for (let item: u32 = 0; item < items; item++) {
    store<f32>(
      out + (<usize>item << 2),
      largestOfItem(values + <usize>item * stride, own, tables, d, sums)
    );
  }
}

/** The same of `count` items alone, u32 at `list`, in their order. */
export function largestOfListed(
  values: usize,
  own: usize,
  list: usize,
  count: u32,
  tables: u32,
  d: u32,
  out: usize,
  sums: usize,
): void {
  const stride = <usize>(tables * d) << 2;
  readySums(sums, tables);
  for (let k: usize = 0; k < <usize>count << 2; k += 4) {
    const item = <usize>load<u32>(list + k);
    store<f32>(out + k, largestOfItem(values + item * stride, own, tables, d, sums));
  }
}

/** Four sums are added at a time: those beyond the last count for nothing. */
function readySums(sums: usize, tables: u32): void {
  const end = sums + (<usize>(tables * tables) << 4);
  for (let k: usize = 0; k < 3; k++) v128.store(end + (k << 4), f32x4.splat(-Infinity));
}

// @ts-ignore: decorator
@inline
function largestOfItem(other: usize, own: usize, tables: u32, d: u32, sums: usize): f32 {
  const row = <usize>d << 2;
  const end = sums + (<usize>(tables * tables) << 4);
  let at = sums;
  for (let q: u32 = 0; q < tables; q++) {
    if (d == 32) at = dots32(other, own, tables, at);
    else at = dots(other, own, tables, row, at);
    other += row;
  }
  let most = f32x4.splat(-Infinity);
  for (at = sums; at < end; at += 64) {
    most = f32x4.pmax(
      most,
      across(v128.load(at), v128.load(at, 16), v128.load(at, 32), v128.load(at, 48))
    );
  }
  const two = f32x4.pmax(most, v128.shuffle<f32>(most, most, 2, 3, 0, 1));
  return f32x4.extract_lane(f32x4.pmax(two, v128.shuffle<f32>(two, two, 1, 0, 3, 2)), 0);
}

/** Each vector's (0 + 1) + (2 + 3). */
// @ts-ignore: decorator
@inline
function across(a: v128, b: v128, c: v128, e: v128): v128 {
  const ab = f32x4.add(v128.shuffle<f32>(a, b, 0, 2, 4, 6), v128.shuffle<f32>(a, b, 1, 3, 5, 7));
  const ce = f32x4.add(v128.shuffle<f32>(c, e, 0, 2, 4, 6), v128.shuffle<f32>(c, e, 1, 3, 5, 7));
  return f32x4.add(v128.shuffle<f32>(ab, ce, 0, 2, 4, 6), v128.shuffle<f32>(ab, ce, 1, 3, 5, 7));
}

// @ts-ignore: decorator
@inline
function dots(other: usize, own: usize, tables: u32, row: usize, at: usize): usize {
  let mine = own;
  for (let p: u32 = 0; p < tables; p++) {
    let even = f32x4.splat(0);
    let odd = f32x4.splat(0);
    for (let k: usize = 0; k < row; k += 32) {
      even = f32x4.add(even, f32x4.mul(v128.load(mine + k), v128.load(other + k)));
      odd = f32x4.add(odd, f32x4.mul(v128.load(mine + k, 16), v128.load(other + k, 16)));
    }
    v128.store(at, f32x4.add(even, odd));
    at += 16;
    mine += row;
  }
  return at;
}

/** The same of 32 dimensions, which stay in registers. */
// @ts-ignore: decorator
@inline
function dots32(other: usize, own: usize, tables: u32, at: usize): usize {
  const a = v128.load(other);
  const b = v128.load(other, 16);
  const c = v128.load(other, 32);
  const e = v128.load(other, 48);
  const f = v128.load(other, 64);
  const g = v128.load(other, 80);
  const h = v128.load(other, 96);
  const i = v128.load(other, 112);
  let mine = own;
  for (let p: u32 = 0; p < tables; p++) {
    const even = f32x4.add(
      f32x4.add(f32x4.mul(v128.load(mine), a), f32x4.mul(v128.load(mine, 32), c)),
      f32x4.mul(v128.load(mine, 64), f)
    );
    const odd = f32x4.add(
      f32x4.add(f32x4.mul(v128.load(mine, 16), b), f32x4.mul(v128.load(mine, 48), e)),
      f32x4.mul(v128.load(mine, 80), g)
    );
    v128.store(
      at,
      f32x4.add(
        f32x4.add(even, f32x4.mul(v128.load(mine, 96), h)),
        f32x4.add(odd, f32x4.mul(v128.load(mine, 112), i))
      )
    );
    at += 16;
    mine += 128;
  }
  return at;
}
