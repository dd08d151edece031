/** Gradient by E and one step of the optimizer on every row that a task touched, float32. */
import { backwardSlot } from './backward';
import { slotCount } from './draw';
import { E, GRADIENT, M1, M2, touched, vectors, vectorStride, w } from './layout';
import { fetchRows, rowOf, ROWS_AT_ONCE } from './rows';

const EPSILON: f32 = 1e-8;

let quantizationLosses: f64 = 0;

/** Of the last step, each times lambda and the pairs its embedding won. */
export function quantizationLoss(): f64 {
  return quantizationLosses;
}

/**
 * Adam (Kingma and Ba 2015), lazy: the moments of a row move only in steps that touch it, the
 * correction of their bias counts every step. Rows before `split` take `scale` and `correction` of
 * side 0. Quantization as `backwardSlot` says. Returns the first slot whose row is not finite any
 * more, or -1.
 */
export function adam(
  quantization: u32,
  quantizationScale: f32,
  split: u32,
  beta1: f32,
  beta2: f32,
  scale0: f32,
  correction0: f32,
  scale1: f32,
  correction1: f32,
): i32 {
  const slots = slotCount();
  quantizationLosses = 0;
  for (let first: u32 = 0; first < slots; first += ROWS_AT_ONCE) {
    const end = min(first + ROWS_AT_ONCE, slots);
    fetchRows(E, first, end);
    fetchRows(M1, first, end);
    fetchRows(M2, first, end);
    for (let slot = first; slot < end; slot++) {
      const own = vectors + <usize>slot * vectorStride;
      quantizationLosses += backwardSlot(own, quantization, quantizationScale);
      const row = rowOf(slot);
      const moved =
        row < split
        ? adamRow(row, own + GRADIENT, beta1, beta2, scale0, correction0)
        : adamRow(row, own + GRADIENT, beta1, beta2, scale1, correction1);
      if (!moved) return slot;
    }
  }
  return -1;
}

/** Whether the row is finite. */
function adamRow(
  row: u32,
  gradient: usize,
  beta1: f32,
  beta2: f32,
  scaleOf: f32,
  correctionOf: f32,
): bool {
  const bytes = <usize>w << 2;
  const offset = <usize>row * bytes;
  const b1 = f32x4.splat(beta1);
  const b2 = f32x4.splat(beta2);
  const rest1 = f32x4.splat(<f32>1 - beta1);
  const rest2 = f32x4.splat(<f32>1 - beta2);
  const epsilon = f32x4.splat(EPSILON);
  const scale = f32x4.splat(scaleOf);
  const correction = f32x4.splat(correctionOf);
  const e = E + offset;
  const m1 = M1 + offset;
  const m2 = M2 + offset;
  let all = f32x4.splat(0);
  for (let k: usize = 0; k < bytes; k += 16) {
    const g = v128.load(gradient + k);
    const first = f32x4.add(f32x4.mul(b1, v128.load(m1 + k)), f32x4.mul(rest1, g));
    const second = f32x4.add(f32x4.mul(b2, v128.load(m2 + k)), f32x4.mul(rest2, f32x4.mul(g, g)));
    v128.store(m1 + k, first);
    v128.store(m2 + k, second);
    const step = f32x4.div(
      f32x4.mul(scale, first),
      f32x4.add(f32x4.sqrt(f32x4.mul(second, correction)), epsilon)
    );
    const value = f32x4.sub(v128.load(e + k), step);
    v128.store(e + k, value);
    all = f32x4.add(all, value);
  }
  return finite(all);
}

/**
 * RMSprop without momentum on every row in every step: a row whose gradient was 0 meanwhile only
 * decays, which is made up for here, so a step costs no more than the rows it touches. `step`
 * counts from 1; rows remember in `touched` the step they are at.
 */
export function rmsprop(
  quantization: u32,
  quantizationScale: f32,
  rho: f32,
  rate: f32,
  step: u32,
): i32 {
  const slots = slotCount();
  const bytes = <usize>w << 2;
  const rest = f32x4.splat(<f32>1 - rho);
  const scale = f32x4.splat(rate);
  const epsilon = f32x4.splat(EPSILON);
  quantizationLosses = 0;
  for (let slot: u32 = 0; slot < slots; slot++) {
    const own = vectors + <usize>slot * vectorStride;
    quantizationLosses += backwardSlot(own, quantization, quantizationScale);
    const row = rowOf(slot);
    const offset = <usize>row * bytes;
    const from = own + GRADIENT;
    const decay = f32x4.splat(power(rho, step - load<u32>(touched + (<usize>row << 2))));
    store<u32>(touched + (<usize>row << 2), step);
    let all = f32x4.splat(0);
    for (let k: usize = 0; k < bytes; k += 16) {
      const g = v128.load(from + k);
      const second = f32x4.add(
        f32x4.mul(decay, v128.load(M2 + offset + k)),
        f32x4.mul(rest, f32x4.mul(g, g))
      );
      v128.store(M2 + offset + k, second);
      const value = f32x4.sub(
        v128.load(E + offset + k),
        f32x4.div(f32x4.mul(scale, g), f32x4.add(f32x4.sqrt(second), epsilon))
      );
      v128.store(E + offset + k, value);
      all = f32x4.add(all, value);
    }
    if (!finite(all)) return slot;
  }
  return -1;
}

/** The decay that rows [0, rows) still miss at `step`. */
export function settle(rho: f32, rows: u32, step: u32): void {
  const bytes = <usize>w << 2;
  for (let row: u32 = 0; row < rows; row++) {
    const place = touched + (<usize>row << 2);
    const decay = f32x4.splat(power(rho, step - load<u32>(place)));
    store<u32>(place, step);
    const moment = M2 + <usize>row * bytes;
    for (let k: usize = 0; k < bytes; k += 16) {
      v128.store(moment + k, f32x4.mul(decay, v128.load(moment + k)));
    }
  }
}

/**
 * base^n in float64, rounded once; 0 once it is below the normal numbers of float32, which would be
 * slow.
 */
function power(base: f64, n: u32): f32 {
  let result: f64 = 1;
  let square = base;
  for (; n > 0; n >>= 1) {
    if (n & 1) result *= square;
    square *= square;
  }
  return result < 1e-37 ? 0 : <f32>result;
}

@inline
function finite(x: v128): bool {
  return !v128.any_true(f32x4.ne(f32x4.sub(x, x), f32x4.splat(0)));
}
