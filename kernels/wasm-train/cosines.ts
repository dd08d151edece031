/** Cosines of pairs, float32. */
import { sum } from './elementary';
import { isDropped } from './forward';
import {
  cosines, d, INVERSE, L, largest, mask, pairLeft, pairRight, squares, vectors, vectorStride,
  winner,
} from './layout';

/**
 * Cosines of the pairs [first, end), and the largest of each with its place (the first of equals;
 * one that is not a number wins).
 */
export function cosinesOfPairs(first: u32, end: u32): void {
  const three = L == 3 && !isDropped();
  const values = <usize>squares << 2;
  let out = cosines;
  for (let at = first; at < end; at++) {
    const i = vectors + <usize>load<u32>(pairLeft + (<usize>at << 2)) * vectorStride;
    const j = vectors + <usize>load<u32>(pairRight + (<usize>at << 2)) * vectorStride;
    if (three) cosinesOfThree(i, j, out);
    else cosinesOfAny(i, j, out);
    chooseLargest(at, out);
    out += values;
  }
}

@inline
function chooseLargest(at: u32, from: usize): void {
  const values = <usize>squares << 2;
  let most = v128.load(from);
  for (let k: usize = 16; k < values; k += 16) most = f32x4.max(most, v128.load(from + k));
  most = f32x4.max(most, v128.shuffle<f32>(most, most, 2, 3, 0, 1));
  most = f32x4.max(most, v128.shuffle<f32>(most, most, 1, 0, 3, 2));
  let place: u32 = 0;
  const best = f32x4.extract_lane(most, 0);
  for (let k: usize = 0; k < values; k += 16) {
    const c = v128.load(from + k);
    // A cosine that is not a number has made the largest one such.
    const found = i32x4.bitmask(best == best ? f32x4.eq(c, most) : f32x4.ne(c, c));
    if (found != 0) {
      place = (<u32>k >> 2) + ctz(found);
      break;
    }
  }
  store<f32>(largest + (<usize>at << 2), best);
  store<u8>(winner + at, <u8>place);
}

/** All nine at once: every vector is read three times fewer. */
@inline
function cosinesOfThree(i: usize, j: usize, out: usize): void {
  const bytes = <usize>d << 2;
  let aa = f32x4.splat(0);
  let ab = aa;
  let ac = aa;
  let ba = aa;
  let bb = aa;
  let bc = aa;
  let ca = aa;
  let cb = aa;
  let cc = aa;
  const end = i + bytes;
  let left = i;
  let right = j;
  while (left < end) {
    const ja = v128.load(right);
    const jb = v128.load(right + bytes);
    const jc = v128.load(right + 2 * bytes);
    const ia = v128.load(left);
    aa = f32x4.add(aa, f32x4.mul(ia, ja));
    ab = f32x4.add(ab, f32x4.mul(ia, jb));
    ac = f32x4.add(ac, f32x4.mul(ia, jc));
    const ib = v128.load(left + bytes);
    ba = f32x4.add(ba, f32x4.mul(ib, ja));
    bb = f32x4.add(bb, f32x4.mul(ib, jb));
    bc = f32x4.add(bc, f32x4.mul(ib, jc));
    const ic = v128.load(left + 2 * bytes);
    ca = f32x4.add(ca, f32x4.mul(ic, ja));
    cb = f32x4.add(cb, f32x4.mul(ic, jb));
    cc = f32x4.add(cc, f32x4.mul(ic, jc));
    left += 16;
    right += 16;
  }
  const byI = v128.load(i + INVERSE);
  const byJ = v128.load(j + INVERSE);
  const first = f32x4.mul(
    v128.shuffle<f32>(byI, byI, 0, 0, 0, 1),
    v128.shuffle<f32>(byJ, byJ, 0, 1, 2, 0)
  );
  const second = f32x4.mul(
    v128.shuffle<f32>(byI, byI, 1, 1, 2, 2),
    v128.shuffle<f32>(byJ, byJ, 1, 2, 0, 1)
  );
  v128.store(out, f32x4.mul(sums(aa, ab, ac, ba), first));
  v128.store(out, f32x4.mul(sums(bb, bc, ca, cb), second), 16);
  const last = sum(cc) * f32x4.extract_lane(byI, 2) * f32x4.extract_lane(byJ, 2);
  v128.store(out, f32x4.replace_lane(f32x4.splat(-Infinity), 0, last), 32);
}

/** The sums of four vectors. */
@inline
function sums(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = f32x4.add(v128.shuffle<f32>(a, b, 0, 4, 1, 5), v128.shuffle<f32>(a, b, 2, 6, 3, 7));
  const cd = f32x4.add(v128.shuffle<f32>(c, d, 0, 4, 1, 5), v128.shuffle<f32>(c, d, 2, 6, 3, 7));
  return f32x4.add(v128.shuffle<f32>(ab, cd, 0, 1, 4, 5), v128.shuffle<f32>(ab, cd, 2, 3, 6, 7));
}

function cosinesOfAny(i: usize, j: usize, out: usize): void {
  const bytes = <usize>d << 2;
  const rowBytes = <usize>L * bytes;
  const end = out + (<usize>squares << 2);
  let inverseI = i + INVERSE;
  for (let a: usize = 0; a < rowBytes; a += bytes) {
    let inverseJ = j + INVERSE;
    for (let b: usize = 0; b < rowBytes; b += bytes) {
      let total = f32x4.splat(0);
      for (let k: usize = 0; k < bytes; k += 16) {
        total = f32x4.add(
          total,
          f32x4.mul(f32x4.mul(v128.load(i + a + k), v128.load(j + b + k)), v128.load(mask + k))
        );
      }
      store<f32>(out, sum(total) * load<f32>(inverseI) * load<f32>(inverseJ));
      out += 4;
      inverseJ += 4;
    }
    inverseI += 4;
  }
  for (; out < end; out += 4) store<f32>(out, -Infinity);
}
