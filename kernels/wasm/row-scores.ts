/**
 * Dot products of one vector with many of one byte a dimension (kernels/vectors/row-scores.ts and
 * lookup/cells/score-module.ts). rows: i8 (n, stride); query: i16 (stride); scales: f32 (n); out:
 * f32 (n), out[i] = f32(f32(rows[i] . query) * scales[i]) * factor. stride is a multiple of 16, and
 * sums stay within 32 bits.
 */
export function scores(
  rows: usize,
  n: u32,
  stride: u32,
  query: usize,
  scales: usize,
  factor: f32,
  out: usize,
): void {
  let row = rows;
  for (let i: u32 = 0; i < n; i++) {
    let low = i32x4.splat(0);
    let high = i32x4.splat(0);
    for (let k: u32 = 0; k < stride; k += 16) {
      const bytes = v128.load(row + k);
      const asked = query + (<usize>k << 1);
      low = i32x4.add(
        low,
        i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_s(bytes), v128.load(asked))
      );
      high = i32x4.add(
        high,
        i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_s(bytes), v128.load(asked, 16))
      );
    }
    const four = i32x4.add(low, high);
    const two = i32x4.add(four, v128.shuffle<i32>(four, four, 2, 3, 0, 1));
    const sum = i32x4.extract_lane(two, 0) + i32x4.extract_lane(two, 1);
    const at = <usize>i << 2;
    store<f32>(out + at, <f32>sum * load<f32>(scales + at) * factor);
    row += stride;
  }
}
