/** u = tanh(E) and the L x L cosines of every pair, float32. */
import { slotCount } from './draw';
import { sum, tanh } from './elementary';
import { cosines, d, E, gradient, L, largest, mask, norm, pairLeft, pairRight, pull, rowStride, slotPlace, u, unit, w, winner, wins } from './layout';
import { uniform } from './random';

/** One mask a task, shared by both sides of its pairs and by all embeddings; by the open stream. */
export function drawMask(dropout: f64): void {
  for (let k: u32 = 0; k < d; k++) store<f32>(mask + (<usize>k << 2), dropout > 0 && uniform() < dropout ? 0 : 1);
}

/** u of every slot, and its direction over the dimensions that the mask keeps. */
export function forward(): void {
  const slots = slotCount();
  const bytes = <usize>d << 2;
  for (let slot: u32 = 0; slot < slots; slot++) {
    let source = E + <usize>load<u32>(slotPlace + (<usize>slot << 2)) * rowStride;
    for (let table: u32 = 0; table < L; table++) {
      const at = slot * L + table;
      const to = <usize>at * bytes;
      let squared = f32x4.splat(0);
      for (let k: usize = 0; k < bytes; k += 16) {
        const value = tanh(v128.load(source + k));
        v128.store(u + to + k, value);
        const kept = f32x4.mul(value, v128.load(mask + k));
        v128.store(unit + to + k, kept);
        squared = f32x4.add(squared, f32x4.mul(kept, kept));
      }
      const length = sqrt<f32>(sum(squared));
      const scale = f32x4.splat(length > 0 ? <f32>1 / length : 0);
      for (let k: usize = 0; k < bytes; k += 16) v128.store(unit + to + k, f32x4.mul(v128.load(unit + to + k), scale));
      store<f32>(norm + (<usize>at << 2), length);
      source += bytes;
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
    const i = unit + <usize>load<u32>(pairLeft + (<usize>at << 2)) * rowBytes;
    const j = unit + <usize>load<u32>(pairRight + (<usize>at << 2)) * rowBytes;
    let best: f32 = -Infinity;
    let place: u32 = 0;
    let entry: u32 = 0;
    for (let a: usize = 0; a < rowBytes; a += bytes) {
      for (let b: usize = 0; b < rowBytes; b += bytes) {
        let s0 = f32x4.splat(0);
        let s1 = f32x4.splat(0);
        for (let k: usize = 0; k < bytes; k += 32) {
          s0 = f32x4.add(s0, f32x4.mul(v128.load(i + a + k), v128.load(j + b + k)));
          s1 = f32x4.add(s1, f32x4.mul(v128.load(i + a + k, 16), v128.load(j + b + k, 16)));
        }
        const c = sum(f32x4.add(s0, s1));
        store<f32>(out, c);
        out += 4;
        if (!(c <= best)) {
          best = c;
          place = entry;
        }
        entry += 1;
      }
    }
    store<f32>(largest + (<usize>at << 2), best);
    store<u8>(winner + at, <u8>place);
  }
}
