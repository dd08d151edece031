/**
 * Half-steps of weighted alternating least squares (kernels/factors/solve-rows.ts), in float32,
 * every sum in one order. d: factors of a row, a multiple of 16. others: f32 (n, d); gram: f32 (d,
 * d), symmetric; sums: f64 (d, d). One row of the matrix: columns: u32 (links), strengths: f32
 * (links), the confidence of a link less 1. own: f32 (d), in and out. scratch: f32 (3, d).
 */

/** sums += others^T others for rows [from, to), of the tiles at and above the diagonal. */
export function addGram(others: usize, from: u32, to: u32, d: u32, sums: usize): void {
  for (let k: u32 = 0; k < d; k += 4) {
    for (let l: u32 = k & ~15; l < d; l += 16) addTile(others, from, to, d, k, l, sums);
  }
}

/** 4 x 16 entries of the products, whose 16 vectors stay in registers. */
function addTile(
  others: usize,
  from: u32,
  to: u32,
  d: u32,
  k: u32,
  l: u32,
  sums: usize,
): void {
  let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0;
  let b0 = a0, b1 = a0, b2 = a0, b3 = a0;
  let c0 = a0, c1 = a0, c2 = a0, c3 = a0;
  let e0 = a0, e1 = a0, e2 = a0, e3 = a0;
  const stride = <usize>d << 2;
  let left = others + <usize>from * stride + (<usize>k << 2);
  let right = others + <usize>from * stride + (<usize>l << 2);
  for (let row = from; row < to; row++) {
    const r0 = v128.load(right);
    const r1 = v128.load(right, 16);
    const r2 = v128.load(right, 32);
    const r3 = v128.load(right, 48);
    let x = v128.load32_splat(left);
    a0 = f32x4.add(a0, f32x4.mul(x, r0));
    a1 = f32x4.add(a1, f32x4.mul(x, r1));
    a2 = f32x4.add(a2, f32x4.mul(x, r2));
    a3 = f32x4.add(a3, f32x4.mul(x, r3));
    x = v128.load32_splat(left, 4);
    b0 = f32x4.add(b0, f32x4.mul(x, r0));
    b1 = f32x4.add(b1, f32x4.mul(x, r1));
    b2 = f32x4.add(b2, f32x4.mul(x, r2));
    b3 = f32x4.add(b3, f32x4.mul(x, r3));
    x = v128.load32_splat(left, 8);
    c0 = f32x4.add(c0, f32x4.mul(x, r0));
    c1 = f32x4.add(c1, f32x4.mul(x, r1));
    c2 = f32x4.add(c2, f32x4.mul(x, r2));
    c3 = f32x4.add(c3, f32x4.mul(x, r3));
    x = v128.load32_splat(left, 12);
    e0 = f32x4.add(e0, f32x4.mul(x, r0));
    e1 = f32x4.add(e1, f32x4.mul(x, r1));
    e2 = f32x4.add(e2, f32x4.mul(x, r2));
    e3 = f32x4.add(e3, f32x4.mul(x, r3));
    left += stride;
    right += stride;
  }
  const wide = <usize>d << 3;
  const out = sums + <usize>k * wide + (<usize>l << 3);
  addFour(out, a0, a1, a2, a3);
  addFour(out + wide, b0, b1, b2, b3);
  addFour(out + 2 * wide, c0, c1, c2, c3);
  addFour(out + 3 * wide, e0, e1, e2, e3);
}

function addFour(out: usize, a: v128, b: v128, c: v128, e: v128): void {
  addDoubles(out, a);
  addDoubles(out + 32, b);
  addDoubles(out + 64, c);
  addDoubles(out + 96, e);
}

function addDoubles(out: usize, four: v128): void {
  const low = f64x2.promote_low_f32x4(four);
  const high = f64x2.promote_low_f32x4(v128.shuffle<i32>(four, four, 2, 3, 0, 1));
  v128.store(out, f64x2.add(v128.load(out), low));
  v128.store(out, f64x2.add(v128.load(out, 16), high), 16);
}

/**
 * Solves rows [0, rows) by `steps` steps of conjugate gradients each, from where `own` (rows, d)
 * stands. offsets: u32 (rows + 1), places in columns and strengths.
 */
export function solveRows(
  rows: u32,
  d: u32,
  steps: u32,
  offsets: usize,
  columns: usize,
  strengths: usize,
  others: usize,
  gram: usize,
  own: usize,
  scratch: usize,
): void {
  const size = <usize>d << 2;
  const rest = scratch;
  const direction = scratch + size;
  const product = scratch + 2 * size;
  for (let row: u32 = 0; row < rows; row++) {
    const x = own + <usize>row * size;
    const first = <usize>load<u32>(offsets + (<usize>row << 2)) << 2;
    const end = <usize>load<u32>(offsets + (<usize>row << 2), 4) << 2;
    if (first === end) {
      memory.fill(x, 0, size);
      continue;
    }
    times(gram, x, d, rest);
    negate(rest, d);
    for (let at = first; at < end; at += 4) {
      const other = others + <usize>load<u32>(columns + at) * size;
      const strength = load<f32>(strengths + at);
      addScaled(rest, other, 1 + strength - strength * dot(other, x, d), d);
    }
    memory.copy(direction, rest, size);
    let square = dot(rest, rest, d);
    for (let step: u32 = 0; step < steps && square > 1e-20; step++) {
      times(gram, direction, d, product);
      for (let at = first; at < end; at += 4) {
        const other = others + <usize>load<u32>(columns + at) * size;
        const strength = load<f32>(strengths + at);
        addScaled(product, other, strength * dot(other, direction, d), d);
      }
      const length = square / dot(direction, product, d);
      addScaled(x, direction, length, d);
      addScaled(rest, product, -length, d);
      const next = dot(rest, rest, d);
      turn(direction, rest, next / square, d);
      square = next;
    }
  }
}

/** out = gram x, by columns of the symmetric gram, 16 entries at a time. */
function times(gram: usize, x: usize, d: u32, out: usize): void {
  const size = <usize>d << 2;
  for (let l: usize = 0; l < size; l += 64) {
    let a = f32x4.splat(0), b = a, c = a, e = a;
    let row = gram + l;
    for (let k: usize = 0; k < size; k += 4) {
      const value = v128.load32_splat(x + k);
      a = f32x4.add(a, f32x4.mul(value, v128.load(row)));
      b = f32x4.add(b, f32x4.mul(value, v128.load(row, 16)));
      c = f32x4.add(c, f32x4.mul(value, v128.load(row, 32)));
      e = f32x4.add(e, f32x4.mul(value, v128.load(row, 48)));
      row += size;
    }
    v128.store(out + l, a);
    v128.store(out + l, b, 16);
    v128.store(out + l, c, 32);
    v128.store(out + l, e, 48);
  }
}

function dot(a: usize, b: usize, d: u32): f32 {
  let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
  const end = a + (<usize>d << 2);
  for (; a < end; a += 64, b += 64) {
    s0 = f32x4.add(s0, f32x4.mul(v128.load(a), v128.load(b)));
    s1 = f32x4.add(s1, f32x4.mul(v128.load(a, 16), v128.load(b, 16)));
    s2 = f32x4.add(s2, f32x4.mul(v128.load(a, 32), v128.load(b, 32)));
    s3 = f32x4.add(s3, f32x4.mul(v128.load(a, 48), v128.load(b, 48)));
  }
  const four = f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3));
  const two = f32x4.add(four, v128.shuffle<i32>(four, four, 2, 3, 0, 1));
  return f32x4.extract_lane(two, 0) + f32x4.extract_lane(two, 1);
}

/** out += factor * values. */
function addScaled(out: usize, values: usize, factor: f32, d: u32): void {
  const all = f32x4.splat(factor);
  const end = out + (<usize>d << 2);
  for (; out < end; out += 64, values += 64) {
    v128.store(out, f32x4.add(v128.load(out), f32x4.mul(all, v128.load(values))));
    v128.store(out, f32x4.add(v128.load(out, 16), f32x4.mul(all, v128.load(values, 16))), 16);
    v128.store(out, f32x4.add(v128.load(out, 32), f32x4.mul(all, v128.load(values, 32))), 32);
    v128.store(out, f32x4.add(v128.load(out, 48), f32x4.mul(all, v128.load(values, 48))), 48);
  }
}

/** direction = rest + factor * direction. */
function turn(direction: usize, rest: usize, factor: f32, d: u32): void {
  const all = f32x4.splat(factor);
  const size = <usize>d << 2;
  for (let k: usize = 0; k < size; k += 16) {
    const kept = f32x4.mul(all, v128.load(direction + k));
    v128.store(direction + k, f32x4.add(v128.load(rest + k), kept));
  }
}

function negate(values: usize, d: u32): void {
  const size = <usize>d << 2;
  for (let k: usize = 0; k < size; k += 16) {
    v128.store(values + k, f32x4.neg(v128.load(values + k)));
  }
}
