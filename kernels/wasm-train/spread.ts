/** From the slopes of the losses to the gradient by unit vectors, float32. */
import { expNegative } from './elementary';
import {
  cosines, d, GRADIENT, INVERSE, kind, L, largest, pairLeft, pairRight, PULL, shares, slopes,
  squares, vectors, vectorStride, winner, WINS,
} from './layout';

/**
 * Adds the slopes of pairs [first, end) to the gradients by their unit vectors; positives share it
 * by softmax(cosine / temperature) where that is not 0.
 */
export function spreadSlopes(first: u32, end: u32, lambda: f32, temperature: f32): void {
  const values = <usize>squares << 2;
  let from = cosines;
  for (let at = first; at < end; at++) {
    const i = vectors + <usize>load<u32>(pairLeft + (<usize>at << 2)) * vectorStride;
    const j = vectors + <usize>load<u32>(pairRight + (<usize>at << 2)) * vectorStride;
    const slope = load<f32>(slopes + (<usize>at << 2));
    const best = <u32>load<u8>(winner + at);
    const a = best / L;
    const b = best - a * L;
    add(i + WINS + (<usize>a << 2), lambda);
    add(j + WINS + (<usize>b << 2), lambda);
    const most = load<f32>(largest + (<usize>at << 2));
    if (temperature > 0 && load<u8>(kind + at) == 0) {
      shareSlope(from, slope, most, temperature);
      if (L == 3) addThree(i, j, from);
      else addAny(i, j, from);
    } else addOne(i, j, a, b, slope, slope * most);
    from += values;
  }
}

@inline
function add(place: usize, value: f32): void {
  store<f32>(place, load<f32>(place) + value);
}

/**
 * Adds slope * the other's unit vector to the gradients of embeddings a and b; the mask is left to
 * `backward`.
 */
@inline
function addOne(i: usize, j: usize, a: u32, b: u32, slope: f32, slopeCosine: f32): void {
  const bytes = <usize>d << 2;
  const ofA = <usize>a << 2;
  const ofB = <usize>b << 2;
  const byI = f32x4.splat(slope * load<f32>(j + INVERSE + ofB));
  const byJ = f32x4.splat(slope * load<f32>(i + INVERSE + ofA));
  let left = i + <usize>a * bytes;
  let right = j + <usize>b * bytes;
  let gradientI = left + GRADIENT;
  let gradientJ = right + GRADIENT;
  const end = left + bytes;
  while (left < end) {
    v128.store(gradientI, f32x4.add(v128.load(gradientI), f32x4.mul(byI, v128.load(right))));
    v128.store(gradientJ, f32x4.add(v128.load(gradientJ), f32x4.mul(byJ, v128.load(left))));
    left += 16;
    right += 16;
    gradientI += 16;
    gradientJ += 16;
  }
  add(i + PULL + ofA, slopeCosine);
  add(j + PULL + ofB, slopeCosine);
}

/** The slope by each cosine to `shares`. */
@inline
function shareSlope(from: usize, slope: f32, most: f32, temperature: f32): void {
  const values = <usize>squares << 2;
  const best = f32x4.splat(most);
  const cool = f32x4.splat(<f32>1 / temperature);
  let total = f32x4.splat(0);
  for (let k: usize = 0; k < values; k += 16) {
    const share = expNegative(f32x4.mul(f32x4.sub(v128.load(from + k), best), cool));
    v128.store(shares + k, share);
    total = f32x4.add(total, share);
  }
  const all =
    f32x4.extract_lane(total, 0)
    + f32x4.extract_lane(total, 1)
    + (f32x4.extract_lane(total, 2) + f32x4.extract_lane(total, 3));
  const scale = f32x4.splat(slope / all);
  for (let k: usize = 0; k < values; k += 16) {
    v128.store(shares + k, f32x4.mul(v128.load(shares + k), scale));
  }
}

@inline
function share(at: u32): f32 {
  return load<f32>(shares + (<usize>at << 2));
}

function addAny(i: usize, j: usize, from: usize): void {
  for (let a: u32 = 0, entry: u32 = 0; a < L; a++) {
    for (let b: u32 = 0; b < L; b++, entry++) {
      addOne(i, j, a, b, share(entry), share(entry) * load<f32>(from + (<usize>entry << 2)));
    }
  }
}

/** All nine at once: the gradients are read and written three times fewer. */
function addThree(i: usize, j: usize, from: usize): void {
  const bytes = <usize>d << 2;
  for (let a: u32 = 0, entry: u32 = 0; a < 3; a++) {
    for (let b: u32 = 0; b < 3; b++, entry++) {
      const pull = share(entry) * load<f32>(from + (<usize>entry << 2));
      add(i + PULL + (<usize>a << 2), pull);
      add(j + PULL + (<usize>b << 2), pull);
    }
  }
  for (let x: u32 = 0; x < 3; x++) {
    // To row x of the left from the right's, and to row x of the right from the left's.
    const toLeft = i + GRADIENT + <usize>x * bytes;
    const toRight = j + GRADIENT + <usize>x * bytes;
    const a0 = f32x4.splat(share(3 * x) * load<f32>(j + INVERSE));
    const a1 = f32x4.splat(share(3 * x + 1) * load<f32>(j + INVERSE, 4));
    const a2 = f32x4.splat(share(3 * x + 2) * load<f32>(j + INVERSE, 8));
    const b0 = f32x4.splat(share(x) * load<f32>(i + INVERSE));
    const b1 = f32x4.splat(share(x + 3) * load<f32>(i + INVERSE, 4));
    const b2 = f32x4.splat(share(x + 6) * load<f32>(i + INVERSE, 8));
    for (let k: usize = 0; k < bytes; k += 16) {
      const right = f32x4.add(
        f32x4.mul(a0, v128.load(j + k)),
        f32x4.mul(a1, v128.load(j + bytes + k))
      );
      v128.store(
        toLeft + k,
        f32x4.add(
          v128.load(toLeft + k),
          f32x4.add(right, f32x4.mul(a2, v128.load(j + 2 * bytes + k)))
        )
      );
      const left = f32x4.add(
        f32x4.mul(b0, v128.load(i + k)),
        f32x4.mul(b1, v128.load(i + bytes + k))
      );
      v128.store(
        toRight + k,
        f32x4.add(
          v128.load(toRight + k),
          f32x4.add(left, f32x4.mul(b2, v128.load(i + 2 * bytes + k)))
        )
      );
    }
  }
}
