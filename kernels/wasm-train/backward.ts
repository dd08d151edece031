/** From the slopes of the losses to the gradient by E, float32. */
import { slotCount } from './draw';
import { expNegative, log, sum, tanhOfSmall } from './elementary';
import { cosines, d, gradient, inverse, kind, L, largest, mask, pairLeft, pairRight, pull, shares, slopes, u, winner, wins } from './layout';

const LOG_COSH: u32 = 0;

/** Adds every pair's slope to the gradients by its unit vectors; positives share it by softmax(cosine / temperature) where that is not 0. */
export function spreadSlopes(pairs: u32, lambda: f32, temperature: f32): void {
  for (let at: u32 = 0; at < pairs; at++) {
    const place = <usize>at << 2;
    const left = load<u32>(pairLeft + place);
    const right = load<u32>(pairRight + place);
    const slope = load<f32>(slopes + place);
    const best = <u32>load<u8>(winner + at);
    const a = best / L;
    const b = best - a * L;
    addTo(wins, left * L + a, lambda);
    addTo(wins, right * L + b, lambda);
    if (temperature > 0 && load<u8>(kind + at) == 0) addShared(left, right, slope, temperature, at);
    else addOne(left * L + a, right * L + b, slope, slope * load<f32>(largest + place));
  }
}

@inline
function addTo(base: usize, at: u32, value: f32): void {
  const place = base + (<usize>at << 2);
  store<f32>(place, load<f32>(place) + value);
}

/** Adds slope * the other's unit vector to the gradients of both; the mask is left to `backward`. */
@inline
function addOne(a: u32, b: u32, slope: f32, slopeCosine: f32): void {
  const bytes = <usize>d << 2;
  const i = <usize>a * bytes;
  const j = <usize>b * bytes;
  const byI = f32x4.splat(slope * load<f32>(inverse + (<usize>b << 2)));
  const byJ = f32x4.splat(slope * load<f32>(inverse + (<usize>a << 2)));
  for (let k: usize = 0; k < bytes; k += 16) {
    v128.store(gradient + i + k, f32x4.add(v128.load(gradient + i + k), f32x4.mul(byI, v128.load(u + j + k))));
    v128.store(gradient + j + k, f32x4.add(v128.load(gradient + j + k), f32x4.mul(byJ, v128.load(u + i + k))));
  }
  addTo(pull, a, slopeCosine);
  addTo(pull, b, slopeCosine);
}

function addShared(left: u32, right: u32, slope: f32, temperature: f32, at: u32): void {
  const all = L * L;
  const from = cosines + ((<usize>at * all) << 2);
  const best = load<f32>(largest + (<usize>at << 2));
  let total: f32 = 0;
  for (let entry: u32 = 0; entry < all; entry++) {
    const share = expNegative((load<f32>(from + (<usize>entry << 2)) - best) / temperature);
    store<f32>(shares + (<usize>entry << 2), share);
    total += share;
  }
  const scale = slope / total;
  for (let entry: u32 = 0; entry < all; entry++) {
    const a = entry / L;
    const share = load<f32>(shares + (<usize>entry << 2)) * scale;
    addOne(left * L + a, right * L + entry - a * L, share, share * load<f32>(from + (<usize>entry << 2)));
  }
}

/**
 * Through the unit length, the quantization loss (0: log cosh; else DCH's with `quantizationScale` = d / (2 gamma)) and tanh.
 * Returns the sum of quantization losses, each times lambda and the pairs its embedding won.
 */
export function backward(quantization: u32, quantizationScale: f32): f64 {
  const embeddings = slotCount() * L;
  const bytes = <usize>d << 2;
  let total: f64 = 0;
  for (let at: u32 = 0; at < embeddings; at++) {
    const offset = <usize>at * bytes;
    const inverseLength = load<f32>(inverse + (<usize>at << 2));
    const scale = f32x4.splat(inverseLength);
    const toward = f32x4.splat(load<f32>(pull + (<usize>at << 2)) * inverseLength);
    const weight = load<f32>(wins + (<usize>at << 2));
    for (let k: usize = 0; k < bytes; k += 16) {
      const byUnit = f32x4.sub(v128.load(gradient + offset + k), f32x4.mul(toward, v128.load(u + offset + k)));
      v128.store(gradient + offset + k, f32x4.mul(f32x4.mul(byUnit, scale), v128.load(mask + k)));
    }
    if (weight > 0) total += <f64>weight * (quantization == LOG_COSH ? logCosh(offset, weight) : cauchy(offset, weight, quantizationScale));
    for (let k: usize = 0; k < bytes; k += 16) {
      const x = v128.load(u + offset + k);
      const slope = f32x4.sub(f32x4.splat(1), f32x4.mul(x, x));
      v128.store(gradient + offset + k, f32x4.mul(v128.load(gradient + offset + k), slope));
    }
  }
  return total;
}

/** Mean of log cosh(|u| - 1), as -1/2 log of a product of 1 - tanh^2; at u = 0 the slope of the positive side. */
@inline
function logCosh(offset: usize, weight: f32): f64 {
  const bytes = <usize>d << 2;
  const one = f32x4.splat(1);
  const scale = f32x4.splat(weight / <f32>d);
  let product = one;
  for (let k: usize = 0; k < bytes; k += 16) {
    const x = v128.load(u + offset + k);
    const negative = f32x4.lt(x, f32x4.splat(0));
    const t = tanhOfSmall(f32x4.sub(f32x4.abs(x), one));
    product = f32x4.mul(product, f32x4.sub(one, f32x4.mul(t, t)));
    const signed = v128.bitselect(f32x4.neg(t), t, negative);
    v128.store(gradient + offset + k, f32x4.add(v128.load(gradient + offset + k), f32x4.mul(scale, signed)));
  }
  const all = <f64>f32x4.extract_lane(product, 0) * <f64>f32x4.extract_lane(product, 1) * <f64>f32x4.extract_lane(product, 2) * <f64>f32x4.extract_lane(product, 3);
  return (-0.5 * log(all)) / <f64>d;
}

/** log(1 + scale (1 - cos(|u|, 1))). */
@inline
function cauchy(offset: usize, weight: f32, scale: f32): f64 {
  const bytes = <usize>d << 2;
  let absolute = f32x4.splat(0);
  let squares = f32x4.splat(0);
  for (let k: usize = 0; k < bytes; k += 16) {
    const x = v128.load(u + offset + k);
    absolute = f32x4.add(absolute, f32x4.abs(x));
    squares = f32x4.add(squares, f32x4.mul(x, x));
  }
  const squared = sum(squares);
  if (squared == 0) return log(1 + <f64>scale);
  const root = sqrt<f32>(squared * <f32>d);
  const cosine = sum(absolute) / root;
  const distance = <f32>1 + scale * (<f32>1 - cosine);
  const slope = (-weight * scale) / distance;
  const ones = f32x4.splat(slope / root);
  const self = f32x4.splat((slope * cosine) / squared);
  for (let k: usize = 0; k < bytes; k += 16) {
    const x = v128.load(u + offset + k);
    const signed = v128.bitselect(f32x4.neg(ones), ones, f32x4.lt(x, f32x4.splat(0)));
    const g = f32x4.add(v128.load(gradient + offset + k), f32x4.sub(signed, f32x4.mul(self, x)));
    v128.store(gradient + offset + k, g);
  }
  return log(<f64>distance);
}
