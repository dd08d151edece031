/**
 * Dot products of one vector with many of one byte a dimension (kernels/vectors/row-scores.ts and
 * lookup/cells/score-module.ts). rows: i8 (n / 4, stride / 16, 4, 16), so four rows lie beside one
 * another, 16 dimensions at a time (format/row-blocks.ts); query: i16 (stride); scales: f32 (n);
 * out: f32 (n), out[i] = f32(f32(rows[i] . query) * scales[i]) * factor. n is a multiple of 4,
 * stride one of 16, and sums stay within 32 bits. What is loaded of the query serves four rows, and
 * all is read in one stream: four streams take twice as long from memory, though half from a cache.
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
  const factors = f32x4.splat(factor);
  const end = query + (<usize>stride << 1);
  let row = rows;
  for (let i: u32 = 0; i < n; i += 4) {
    let a = i32x4.splat(0);
    let b = i32x4.splat(0);
    let c = i32x4.splat(0);
    let d = i32x4.splat(0);
    for (let asked = query; asked < end; asked += 32, row += 64) {
      const low = v128.load(asked);
      const high = v128.load(asked, 16);
      a = i32x4.add(a, i32x4.dot_i16x8_s(v128.load_ext<i8>(row), low));
      a = i32x4.add(a, i32x4.dot_i16x8_s(v128.load_ext<i8>(row, 8), high));
      b = i32x4.add(b, i32x4.dot_i16x8_s(v128.load_ext<i8>(row, 16), low));
      b = i32x4.add(b, i32x4.dot_i16x8_s(v128.load_ext<i8>(row, 24), high));
      c = i32x4.add(c, i32x4.dot_i16x8_s(v128.load_ext<i8>(row, 32), low));
      c = i32x4.add(c, i32x4.dot_i16x8_s(v128.load_ext<i8>(row, 40), high));
      d = i32x4.add(d, i32x4.dot_i16x8_s(v128.load_ext<i8>(row, 48), low));
      d = i32x4.add(d, i32x4.dot_i16x8_s(v128.load_ext<i8>(row, 56), high));
    }
    const ab = i32x4.add(
      v128.shuffle<i32>(a, b, 0, 4, 1, 5),
      v128.shuffle<i32>(a, b, 2, 6, 3, 7)
    );
    const cd = i32x4.add(
      v128.shuffle<i32>(c, d, 0, 4, 1, 5),
      v128.shuffle<i32>(c, d, 2, 6, 3, 7)
    );
    const sums = i32x4.add(
      v128.shuffle<i64>(ab, cd, 0, 2),
      v128.shuffle<i64>(ab, cd, 1, 3)
    );
    const at = <usize>i << 2;
    const scaled = f32x4.mul(f32x4.convert_i32x4_s(sums), v128.load(scales + at));
    v128.store(out + at, f32x4.mul(scaled, factors));
  }
}
