/** From the gradient by unit vectors to that by E, float32. */
import { log, sum, tanhOfSmall } from './elementary';
import { doLengthsCount } from './forward';
import { d, GRADIENT, INVERSE, L, mask, PULL, WINS } from './layout';

const LOG_COSH: u32 = 0;

/**
 * Of the slot whose vectors these are: through the unit length, the quantization loss (0: log cosh;
 * else DCH's with `quantizationScale` = d / (2 gamma)) and tanh. Returns the sum of quantization
 * losses, each times lambda and the pairs its embedding won.
 */
@inline
export function backwardSlot(own: usize, quantization: u32, quantizationScale: f32): f64 {
  const bytes = <usize>d << 2;
  let total: f64 = 0;
  let x = own;
  for (let ofTable: usize = 0; ofTable < <usize>L << 2; ofTable += 4) {
    const weight = load<f32>(own + WINS + ofTable);
    const inverse = load<f32>(own + INVERSE + ofTable);
    const scale = f32x4.splat(inverse);
    // What lies along u changes its length alone, which a cosine does not see.
    const toward = f32x4.splat(
      doLengthsCount() ? 0 : load<f32>(own + PULL + ofTable) * inverse
    );
    if (weight > 0) {
      total +=
        <f64>weight
        * (
          quantization == LOG_COSH ? logCosh(x, scale, toward, weight) : cauchy(
            x,
            scale,
            toward,
            weight,
            quantizationScale
          )
        );
    }
    else plain(x, scale, toward);
    x += bytes;
  }
  return total;
}

/**
 * By u without the quantization loss: the gradient by the unit vector, less its part along u, over
 * the length; 0 where dropout struck.
 */
@inline
function byVector(place: usize, u: v128, scale: v128, toward: v128, k: usize): v128 {
  return f32x4.mul(
    f32x4.mul(f32x4.sub(v128.load(place), f32x4.mul(toward, u)), scale),
    v128.load(mask + k)
  );
}

/** tanh' = 1 - u^2. */
@inline
function throughTanh(byU: v128, u: v128): v128 {
  return f32x4.mul(byU, f32x4.sub(f32x4.splat(1), f32x4.mul(u, u)));
}

@inline
function plain(x: usize, scale: v128, toward: v128): void {
  const bytes = <usize>d << 2;
  const g = x + GRADIENT;
  for (let k: usize = 0; k < bytes; k += 16) {
    const u = v128.load(x + k);
    v128.store(g + k, throughTanh(byVector(g + k, u, scale, toward, k), u));
  }
}

/**
 * Mean of log cosh(|u| - 1), as -1/2 log of a product of 1 - tanh^2; at u = 0 the slope of the
 * positive side.
 */
@inline
function logCosh(x: usize, scale: v128, toward: v128, weight: f32): f64 {
  const bytes = <usize>d << 2;
  const g = x + GRADIENT;
  const one = f32x4.splat(1);
  const zero = f32x4.splat(0);
  const pull = f32x4.splat(weight / <f32>d);
  let product = one;
  for (let k: usize = 0; k < bytes; k += 16) {
    const u = v128.load(x + k);
    const t = tanhOfSmall(f32x4.sub(f32x4.abs(u), one));
    product = f32x4.mul(product, f32x4.sub(one, f32x4.mul(t, t)));
    const signed = v128.bitselect(f32x4.neg(t), t, f32x4.lt(u, zero));
    v128.store(
      g + k,
      throughTanh(f32x4.add(byVector(g + k, u, scale, toward, k), f32x4.mul(pull, signed)), u)
    );
  }
  const all =
    <f64>f32x4.extract_lane(product, 0)
    * <f64>f32x4.extract_lane(product, 1)
    * <f64>f32x4.extract_lane(product, 2)
    * <f64>f32x4.extract_lane(product, 3);
  return (-0.5 * log(all)) / <f64>d;
}

/** log(1 + scale (1 - cos(|u|, 1))). */
function cauchy(x: usize, scale: v128, toward: v128, weight: f32, quantizationScale: f32): f64 {
  const bytes = <usize>d << 2;
  const g = x + GRADIENT;
  let absolute = f32x4.splat(0);
  let squared = f32x4.splat(0);
  for (let k: usize = 0; k < bytes; k += 16) {
    const u = v128.load(x + k);
    absolute = f32x4.add(absolute, f32x4.abs(u));
    squared = f32x4.add(squared, f32x4.mul(u, u));
  }
  const length2 = sum(squared);
  if (length2 == 0) {
    plain(x, scale, toward);
    return log(1 + <f64>quantizationScale);
  }
  const root = sqrt<f32>(length2 * <f32>d);
  const cosine = sum(absolute) / root;
  const distance = <f32>1 + quantizationScale * (<f32>1 - cosine);
  const slope = (-weight * quantizationScale) / distance;
  const ones = f32x4.splat(slope / root);
  const self = f32x4.splat((slope * cosine) / length2);
  for (let k: usize = 0; k < bytes; k += 16) {
    const u = v128.load(x + k);
    const signed = v128.bitselect(f32x4.neg(ones), ones, f32x4.lt(u, f32x4.splat(0)));
    const pull = f32x4.sub(signed, f32x4.mul(self, u));
    v128.store(g + k, throughTanh(f32x4.add(byVector(g + k, u, scale, toward, k), pull), u));
  }
  return log(<f64>distance);
}
