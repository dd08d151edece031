/**
 * Dot products of one row with others that are picked by number (kernels/factors/pair-scores.ts).
 * rows: i8 (all, stride), stride a multiple of 16; query: i16 (stride); picked: u32 (n); scales:
 * f32 (all); out: f32 (n), out[i] = (rows[picked[i]] . query) * scales[picked[i]] * factor.
 */
export function pickedScores(
  rows: usize,
  stride: u32,
  query: usize,
  picked: usize,
  n: u32,
  scales: usize,
  factor: f32,
  out: usize,
): void {
  const end = picked + (<usize>n << 2);
  for (; picked < end; picked += 4, out += 4) {
    const number = <usize>load<u32>(picked);
    const row = rows + number * stride;
    let low = i32x4.splat(0);
    let high = i32x4.splat(0);
    for (let k: u32 = 0; k < stride; k += 16) {
      const bytes = v128.load(row + k);
      const asked = query + (<usize>k << 1);
      low = i32x4.add(low, i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_s(bytes), v128.load(asked)));
      high = i32x4.add(
        high,
        i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_s(bytes), v128.load(asked, 16))
      );
    }
    const four = i32x4.add(low, high);
    const two = i32x4.add(four, v128.shuffle<i32>(four, four, 2, 3, 0, 1));
    const sum = i32x4.extract_lane(two, 0) + i32x4.extract_lane(two, 1);
    store<f32>(out, <f32>sum * load<f32>(scales + (number << 2)) * factor);
  }
}
