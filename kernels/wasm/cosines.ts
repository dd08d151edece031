/**
 * The largest of the L x L dot products of one item's vectors with every item's (kernels/largest-cosines.ts).
 * values: f32 (V, L, d); own: f32 (L, d); out: f32 (V). d is a multiple of 8. Four partial sums, added in a fixed order.
 */
export function largest(values: usize, own: usize, items: u32, tables: u32, d: u32, out: usize): void {
  const row = <usize>d << 2;
  let other = values;
  for (let item: u32 = 0; item < items; item++) {
    let most: f32 = -Infinity;
    for (let q: u32 = 0; q < tables; q++) {
      let mine = own;
      for (let p: u32 = 0; p < tables; p++) {
        let even = f32x4.splat(0);
        let odd = f32x4.splat(0);
        for (let k: usize = 0; k < row; k += 32) {
          even = f32x4.add(even, f32x4.mul(v128.load(mine + k), v128.load(other + k)));
          odd = f32x4.add(odd, f32x4.mul(v128.load(mine + k, 16), v128.load(other + k, 16)));
        }
        const sum = f32x4.add(even, odd);
        const dot: f32 = f32x4.extract_lane(sum, 0) + f32x4.extract_lane(sum, 1) + (f32x4.extract_lane(sum, 2) + f32x4.extract_lane(sum, 3));
        if (dot > most) most = dot;
        mine += row;
      }
      other += row;
    }
    store<f32>(out + (<usize>item << 2), most);
  }
}
