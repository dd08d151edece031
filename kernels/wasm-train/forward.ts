/** u = tanh(E) and the L x L cosines of every pair, float32. */
import { slotCount } from './draw';
import { sum, tanh } from './elementary';
import { cosines, d, E, gradient, inverse, L, largest, mask, pairLeft, pairRight, pull, rowStride, slotPlace, u, w, winner, wins } from './layout';
import { uniform } from './random';

/** Whether the task's mask drops anything. */
let dropped: bool = false;

/** One mask a task, shared by both sides of its pairs and by all embeddings; by the open stream. */
export function drawMask(dropout: f64): void {
  dropped = dropout > 0;
  for (let k: u32 = 0; k < d; k++) store<f32>(mask + (<usize>k << 2), dropped && uniform() < dropout ? 0 : 1);
}

/** u of every slot, and the inverse of its length over the dimensions that the mask keeps (0 for a vector of zeros). */
export function forward(): void {
  const slots = slotCount();
  const bytes = <usize>d << 2;
  let to = u;
  let inverses = inverse;
  for (let slot: u32 = 0; slot < slots; slot++) {
    let source = E + <usize>load<u32>(slotPlace + (<usize>slot << 2)) * rowStride;
    for (let table: u32 = 0; table < L; table++) {
      let s0 = f32x4.splat(0);
      let s1 = f32x4.splat(0);
      for (let k: usize = 0; k < bytes; k += 32) {
        const x0 = tanh(v128.load(source + k));
        const x1 = tanh(v128.load(source + k, 16));
        v128.store(to + k, x0);
        v128.store(to + k, x1, 16);
        const kept0 = f32x4.mul(x0, v128.load(mask + k));
        const kept1 = f32x4.mul(x1, v128.load(mask + k, 16));
        s0 = f32x4.add(s0, f32x4.mul(kept0, kept0));
        s1 = f32x4.add(s1, f32x4.mul(kept1, kept1));
      }
      const length = sqrt<f32>(sum(f32x4.add(s0, s1)));
      store<f32>(inverses, length > 0 ? <f32>1 / length : 0);
      source += bytes;
      to += bytes;
      inverses += 4;
    }
  }
  memory.fill(gradient, 0, (<usize>slots * w) << 2);
  memory.fill(pull, 0, (<usize>slots * L) << 2);
  memory.fill(wins, 0, (<usize>slots * L) << 2);
}

/** Cosines of all pairs, and the largest of each with its place (the first of equals; one that is not a number wins). */
export function cosinesOfPairs(pairs: u32): void {
  const rowBytes = <usize>w << 2;
  const bytes = <usize>d << 2;
  let out = cosines;
  for (let at: u32 = 0; at < pairs; at++) {
    const left = <usize>load<u32>(pairLeft + (<usize>at << 2));
    const right = <usize>load<u32>(pairRight + (<usize>at << 2));
    const i = u + left * rowBytes;
    const j = u + right * rowBytes;
    let best: f32 = -Infinity;
    let place: u32 = 0;
    let entry: u32 = 0;
    let inverseI = inverse + ((left * L) << 2);
    for (let a: usize = 0; a < rowBytes; a += bytes) {
      let inverseJ = inverse + ((right * L) << 2);
      for (let b: usize = 0; b < rowBytes; b += bytes) {
        const product = dropped ? maskedProduct(i + a, j + b, bytes) : innerProduct(i + a, j + b, bytes);
        const c = product * load<f32>(inverseI) * load<f32>(inverseJ);
        store<f32>(out, c);
        out += 4;
        if (!(c <= best)) {
          best = c;
          place = entry;
        }
        entry += 1;
        inverseJ += 4;
      }
      inverseI += 4;
    }
    store<f32>(largest + (<usize>at << 2), best);
    store<u8>(winner + at, <u8>place);
  }
}

@inline
function innerProduct(i: usize, j: usize, bytes: usize): f32 {
  let s0 = f32x4.splat(0);
  let s1 = f32x4.splat(0);
  for (let k: usize = 0; k < bytes; k += 32) {
    s0 = f32x4.add(s0, f32x4.mul(v128.load(i + k), v128.load(j + k)));
    s1 = f32x4.add(s1, f32x4.mul(v128.load(i + k, 16), v128.load(j + k, 16)));
  }
  return sum(f32x4.add(s0, s1));
}

function maskedProduct(i: usize, j: usize, bytes: usize): f32 {
  let total = f32x4.splat(0);
  for (let k: usize = 0; k < bytes; k += 16) {
    total = f32x4.add(total, f32x4.mul(f32x4.mul(v128.load(i + k), v128.load(j + k)), v128.load(mask + k)));
  }
  return sum(total);
}
