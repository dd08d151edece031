/**
 * Products of float32 matrices by tiles of 4 rows and 8 columns, whose eight sums of four stay in
 * registers. Every sum is taken in the order of its terms; strides are in bytes.
 */

/** out (4, 8) += left (4, count) right (count, 8); count is a multiple of 4. */
export function addAcross(
  left: usize,
  stride: usize,
  right: usize,
  count: u32,
  out: usize,
  outStride: usize,
): void {
  let row1 = left + stride;
  let row2 = row1 + stride;
  let row3 = row2 + stride;
  const out1 = out + outStride;
  const out2 = out1 + outStride;
  const out3 = out2 + outStride;
  let a0 = v128.load(out), a1 = v128.load(out, 16);
  let b0 = v128.load(out1), b1 = v128.load(out1, 16);
  let c0 = v128.load(out2), c1 = v128.load(out2, 16);
  let d0 = v128.load(out3), d1 = v128.load(out3, 16);
  for (const end = right + (<usize>count << 5); right < end; right += 128) {
    let r0 = v128.load(right);
    let r1 = v128.load(right, 16);
    let x = v128.load32_splat(left);
    a0 = f32x4.add(a0, f32x4.mul(x, r0));
    a1 = f32x4.add(a1, f32x4.mul(x, r1));
    x = v128.load32_splat(row1);
    b0 = f32x4.add(b0, f32x4.mul(x, r0));
    b1 = f32x4.add(b1, f32x4.mul(x, r1));
    x = v128.load32_splat(row2);
    c0 = f32x4.add(c0, f32x4.mul(x, r0));
    c1 = f32x4.add(c1, f32x4.mul(x, r1));
    x = v128.load32_splat(row3);
    d0 = f32x4.add(d0, f32x4.mul(x, r0));
    d1 = f32x4.add(d1, f32x4.mul(x, r1));
    r0 = v128.load(right, 32);
    r1 = v128.load(right, 48);
    x = v128.load32_splat(left, 4);
    a0 = f32x4.add(a0, f32x4.mul(x, r0));
    a1 = f32x4.add(a1, f32x4.mul(x, r1));
    x = v128.load32_splat(row1, 4);
    b0 = f32x4.add(b0, f32x4.mul(x, r0));
    b1 = f32x4.add(b1, f32x4.mul(x, r1));
    x = v128.load32_splat(row2, 4);
    c0 = f32x4.add(c0, f32x4.mul(x, r0));
    c1 = f32x4.add(c1, f32x4.mul(x, r1));
    x = v128.load32_splat(row3, 4);
    d0 = f32x4.add(d0, f32x4.mul(x, r0));
    d1 = f32x4.add(d1, f32x4.mul(x, r1));
    r0 = v128.load(right, 64);
    r1 = v128.load(right, 80);
    x = v128.load32_splat(left, 8);
    a0 = f32x4.add(a0, f32x4.mul(x, r0));
    a1 = f32x4.add(a1, f32x4.mul(x, r1));
    x = v128.load32_splat(row1, 8);
    b0 = f32x4.add(b0, f32x4.mul(x, r0));
    b1 = f32x4.add(b1, f32x4.mul(x, r1));
    x = v128.load32_splat(row2, 8);
    c0 = f32x4.add(c0, f32x4.mul(x, r0));
    c1 = f32x4.add(c1, f32x4.mul(x, r1));
    x = v128.load32_splat(row3, 8);
    d0 = f32x4.add(d0, f32x4.mul(x, r0));
    d1 = f32x4.add(d1, f32x4.mul(x, r1));
    r0 = v128.load(right, 96);
    r1 = v128.load(right, 112);
    x = v128.load32_splat(left, 12);
    a0 = f32x4.add(a0, f32x4.mul(x, r0));
    a1 = f32x4.add(a1, f32x4.mul(x, r1));
    x = v128.load32_splat(row1, 12);
    b0 = f32x4.add(b0, f32x4.mul(x, r0));
    b1 = f32x4.add(b1, f32x4.mul(x, r1));
    x = v128.load32_splat(row2, 12);
    c0 = f32x4.add(c0, f32x4.mul(x, r0));
    c1 = f32x4.add(c1, f32x4.mul(x, r1));
    x = v128.load32_splat(row3, 12);
    d0 = f32x4.add(d0, f32x4.mul(x, r0));
    d1 = f32x4.add(d1, f32x4.mul(x, r1));
    left += 16;
    row1 += 16;
    row2 += 16;
    row3 += 16;
  }
  v128.store(out, a0);
  v128.store(out, a1, 16);
  v128.store(out1, b0);
  v128.store(out1, b1, 16);
  v128.store(out2, c0);
  v128.store(out2, c1, 16);
  v128.store(out3, d0);
  v128.store(out3, d1, 16);
}

/** out (4, 8) += left^T right, of four columns of left (count, 4) and right (count, 8). */
export function addDown(left: usize, stride: usize, right: usize, count: u32, out: usize): void {
  let a0 = v128.load(out), a1 = v128.load(out, 16);
  let b0 = v128.load(out, 32), b1 = v128.load(out, 48);
  let c0 = v128.load(out, 64), c1 = v128.load(out, 80);
  let d0 = v128.load(out, 96), d1 = v128.load(out, 112);
  for (const end = right + (<usize>count << 5); right < end; right += 32, left += stride) {
    const r0 = v128.load(right);
    const r1 = v128.load(right, 16);
    let x = v128.load32_splat(left);
    a0 = f32x4.add(a0, f32x4.mul(x, r0));
    a1 = f32x4.add(a1, f32x4.mul(x, r1));
    x = v128.load32_splat(left, 4);
    b0 = f32x4.add(b0, f32x4.mul(x, r0));
    b1 = f32x4.add(b1, f32x4.mul(x, r1));
    x = v128.load32_splat(left, 8);
    c0 = f32x4.add(c0, f32x4.mul(x, r0));
    c1 = f32x4.add(c1, f32x4.mul(x, r1));
    x = v128.load32_splat(left, 12);
    d0 = f32x4.add(d0, f32x4.mul(x, r0));
    d1 = f32x4.add(d1, f32x4.mul(x, r1));
  }
  v128.store(out, a0);
  v128.store(out, a1, 16);
  v128.store(out, b0, 32);
  v128.store(out, b1, 48);
  v128.store(out, c0, 64);
  v128.store(out, c1, 80);
  v128.store(out, d0, 96);
  v128.store(out, d1, 112);
}
