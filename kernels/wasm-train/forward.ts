/** u = tanh(E) of every slot, float32. */
import { slotCount } from './draw';
import { sum, tanh } from './elementary';
import { d, E, GRADIENT, INVERSE, L, mask, vectors, vectorStride, w } from './layout';
import { uniform } from './random';
import { fetchRows, rowOf, ROWS_AT_ONCE } from './rows';

/** Whether the task's mask drops anything. */
let dropped: bool = false;

export function isDropped(): bool {
  return dropped;
}

/** Whether vectors count with their lengths. */
let lengthsCount: bool = false;

export function doLengthsCount(): bool {
  return lengthsCount;
}

/** One mask a task, shared by both sides of its pairs and by all embeddings; by the open stream. */
export function drawMask(dropout: f64): void {
  dropped = dropout > 0;
  for (let k: u32 = 0; k < d; k++) {
    store<f32>(mask + (<usize>k << 2), dropped && uniform() < dropout ? 0 : 1);
  }
}

/**
 * u of every slot, and the inverse of its length over the dimensions that the mask keeps (0 for a
 * vector of zeros); its gradient and sums from 0. With `innerProduct` the inverse is that of the
 * root of d, for all: what counts for the cosine of two vectors is their inner product over d.
 */
export function forward(innerProduct: bool): void {
  lengthsCount = innerProduct;
  const slots = slotCount();
  for (let first: u32 = 0; first < slots; first += ROWS_AT_ONCE) {
    const end = min(first + ROWS_AT_ONCE, slots);
    fetchRows(E, first, end);
    for (let slot = first; slot < end; slot++) forwardSlot(slot);
  }
}

@inline
function forwardSlot(slot: u32): void {
  const bytes = <usize>d << 2;
  const rowBytes = <usize>w << 2;
  const own = vectors + <usize>slot * vectorStride;
  const keeps = mask;
  let source = E + <usize>rowOf(slot) * rowBytes;
  let to = own;
  let inverses = own + INVERSE;
  for (let table: u32 = 0; table < L; table++) {
    let s0 = f32x4.splat(0);
    let s1 = f32x4.splat(0);
    for (let k: usize = 0; k < bytes; k += 32) {
      const x0 = tanh(v128.load(source + k));
      const x1 = tanh(v128.load(source + k, 16));
      v128.store(to + k, x0);
      v128.store(to + k, x1, 16);
      const kept0 = f32x4.mul(x0, v128.load(keeps + k));
      const kept1 = f32x4.mul(x1, v128.load(keeps + k, 16));
      s0 = f32x4.add(s0, f32x4.mul(kept0, kept0));
      s1 = f32x4.add(s1, f32x4.mul(kept1, kept1));
    }
    const length = sqrt<f32>(sum(f32x4.add(s0, s1)));
    const scale = length > 0 ? <f32>1 / length : 0;
    store<f32>(inverses, lengthsCount ? <f32>1 / sqrt<f32>(<f32>d) : scale);
    source += bytes;
    to += bytes;
    inverses += 4;
  }
  memory.fill(own + GRADIENT, 0, rowBytes);
  memory.fill(inverses, 0, <usize>L << 3);
}
