/**
 * A batch of the softmax loss of kernels/two-codes/batch-gradient.ts, in float32, every sum in one
 * order. What has columns in eights lies in panels, (columns / 8, rows, 8), so that a product
 * reads it in one stream.
 */

import { addAcross, addDown } from './tiles';
import { expNegative, loadCoefficients, log, sum, tanh } from '../wasm-train/elementary';

/** Of a tile. */
const TILE_ROWS: u32 = 4;
/** Rows of the inner side of a product that are taken at once, so that they stay in a cache. */
const CHUNK: u32 = 64;

/** To be called once, before the rest. */
export function open(): void {
  loadCoefficients();
}

/**
 * out = x weights. x: (rows, width), width and rows multiples of 4; weights: panels (bits / 8,
 * width, 8); out: panels (bits / 8, rows, 8).
 */
export function project(
  x: usize,
  rows: u32,
  width: u32,
  weights: usize,
  bits: u32,
  out: usize,
): void {
  memory.fill(out, 0, <usize>rows * <usize>bits << 2);
  const stride = <usize>width << 2;
  for (let first: u32 = 0; first < rows; first += CHUNK) {
    const end = min(first + CHUNK, rows);
    for (let column: u32 = 0; column < bits; column += 8) {
      const right = weights + <usize>column * stride;
      const to = out + (<usize>column * <usize>rows << 2);
      for (let row = first; row < end; row += TILE_ROWS)
        addAcross(x + <usize>row * stride, stride, right, width, to + (<usize>row << 5), 32);
    }
  }
}

/** One bit a value of panels (bits / 8, rows, 8), 1 where it is above 0. out: (rows, bits / 8). */
export function signs(panels: usize, rows: u32, bits: u32, out: usize): void {
  const bytes = bits >> 3;
  for (let at: u32 = 0; at < bytes; at++) {
    let to = out + at;
    for (let row: u32 = 0; row < rows; row++, panels += 32, to += bytes)
      store<u8>(to, (signsOfFour(panels) << 4) | signsOfFour(panels + 16));
  }
}

/** The first of four is the highest of four bits. */
@inline
function signsOfFour(values: usize): i32 {
  const four = v128.load(values);
  return i32x4.bitmask(
    f32x4.gt(v128.shuffle<i32>(four, four, 3, 2, 1, 0), f32x4.splat(0))
  );
}

/** values = tanh(slope * values), in place; means: f32 (bits), of each column. */
export function bend(panels: usize, rows: u32, bits: u32, slope: f32, means: usize): void {
  const slopes = f32x4.splat(slope);
  const share = f32x4.splat(<f32>1 / <f32>rows);
  for (let column: u32 = 0; column < bits; column += 8) {
    let low = f32x4.splat(0), high = low;
    for (const end = panels + (<usize>rows << 5); panels < end; panels += 32) {
      const a = tanh(f32x4.mul(slopes, v128.load(panels)));
      const b = tanh(f32x4.mul(slopes, v128.load(panels, 16)));
      v128.store(panels, a);
      v128.store(panels, b, 16);
      low = f32x4.add(low, a);
      high = f32x4.add(high, b);
    }
    const to = means + (<usize>column << 2);
    v128.store(to, f32x4.mul(low, share));
    v128.store(to, f32x4.mul(high, share), 16);
  }
}

/** Panels (bits / 8, rows, 8) as rows: (rows, bits). */
export function asRows(panels: usize, rows: u32, bits: u32, out: usize): void {
  const stride = <usize>bits << 2;
  for (let column: u32 = 0; column < bits; column += 8) {
    let to = out + (<usize>column << 2);
    for (let row: u32 = 0; row < rows; row++, panels += 32, to += stride) {
      v128.store(to, v128.load(panels));
      v128.store(to, v128.load(panels, 16), 16);
    }
  }
}

/** Panels (bits / 8, rows, 8) as panels of the transposed matrix: (rows / 8, bits, 8). */
export function turn(panels: usize, rows: u32, bits: u32, out: usize): void {
  for (let column: u32 = 0; column < bits; column += 8) {
    for (let row: u32 = 0; row < rows; row += 8, panels += 256) {
      const to = out + (<usize>row * <usize>bits << 2) + (<usize>column << 5);
      for (let k: usize = 0; k < 32; k += 16) {
        for (let l: usize = 0; l < 8; l += 4)
          turnFour(panels + (l << 5) + k, to + (k << 3) + (l << 2));
      }
    }
  }
}

/** 4 x 4 values, rows 32 bytes apart on both sides. */
@inline
function turnFour(from: usize, to: usize): void {
  const a = v128.load(from);
  const b = v128.load(from, 32);
  const c = v128.load(from, 64);
  const d = v128.load(from, 96);
  const ab = v128.shuffle<i32>(a, b, 0, 4, 1, 5);
  const cd = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
  v128.store(to, v128.shuffle<i64>(ab, cd, 0, 2));
  v128.store(to, v128.shuffle<i64>(ab, cd, 1, 3), 32);
  const above = v128.shuffle<i32>(a, b, 2, 6, 3, 7);
  const below = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<i64>(above, below, 0, 2), 64);
  v128.store(to, v128.shuffle<i64>(above, below, 1, 3), 96);
}

/**
 * out = rows of asking (rows, bits) times the answering ones, turned: (batch / 8, bits, 8). out:
 * (rows, batch), its rows `stride` bytes apart.
 */
export function products(
  asking: usize,
  rows: u32,
  answering: usize,
  batch: u32,
  bits: u32,
  out: usize,
  stride: u32,
): void {
  memory.fill(out, 0, <usize>rows * stride);
  const size = <usize>bits << 2;
  for (let column: u32 = 0; column < batch; column += 8) {
    const right = answering + <usize>column * size;
    const to = out + (<usize>column << 2);
    for (let row: u32 = 0; row < rows; row += TILE_ROWS)
      addAcross(asking + <usize>row * size, size, right, bits, to + <usize>row * stride, stride);
  }
}

/**
 * For rows [first, first + rows) of the batch: products (rows, batch) become the gradient of their
 * part of the mean loss, and the sum of their losses is returned. Logits are scale * product -
 * discounts[column]; `bound` is above all of them. targets: u32 (batch).
 */
export function softmax(
  values: usize,
  first: u32,
  rows: u32,
  batch: u32,
  stride: u32,
  scale: f32,
  bound: f32,
  discounts: usize,
  targets: usize,
): f64 {
  const scales = f32x4.splat(scale);
  const bounds = f32x4.splat(bound);
  const share = scale / <f32>batch;
  const size = <usize>batch << 2;
  let losses: f64 = 0;
  for (let row: u32 = 0; row < rows; row++, values += stride) {
    const own = <usize>(first + row) << 2;
    const target = i32x4.splat(load<u32>(targets + own));
    const logit = scale * load<f32>(values + own) - load<f32>(discounts + own) - bound;
    let sums = f32x4.splat(0);
    for (let at: usize = 0; at < size; at += 4 * 4) {
      const scaled = f32x4.mul(scales, v128.load(values + at));
      const logits = f32x4.sub(f32x4.sub(scaled, v128.load(discounts + at)), bounds);
      const copies = i32x4.eq(v128.load(targets + at), target);
      const weights = v128.andnot(expNegative(logits), copies);
      v128.store(values + at, weights);
      sums = f32x4.add(sums, weights);
    }
    const weight = f32x4.extract_lane(expNegative(f32x4.splat(logit)), 0);
    store<f32>(values + own, weight);
    const total = sum(sums) + weight;
    losses += log(total) - logit;
    const factor = f32x4.splat(share / total);
    for (let at: usize = 0; at < size; at += 4 * 4)
      v128.store(values + at, f32x4.mul(v128.load(values + at), factor));
    store<f32>(values + own, load<f32>(values + own) - share);
  }
  return losses;
}

/**
 * Rows [first, first + rows) of the asking gradient: slopes (rows, batch) times the answering
 * values. answering, out: panels (bits / 8, batch, 8); out must be zeros.
 */
export function toAsking(
  slopes: usize,
  stride: u32,
  first: u32,
  rows: u32,
  answering: usize,
  batch: u32,
  bits: u32,
  out: usize,
): void {
  const panel = <usize>batch << 5;
  const to = out + (<usize>first << 5);
  for (let from: u32 = 0; from < batch; from += CHUNK) {
    const count = min(CHUNK, batch - from);
    const left = slopes + (<usize>from << 2);
    const right = answering + (<usize>from << 5);
    for (let column: usize = 0; column < <usize>(bits >> 3); column++) {
      for (let row: u32 = 0; row < rows; row += TILE_ROWS)
        addAcross(
          left + <usize>row * stride,
          stride,
          right + column * panel,
          count,
          to + column * panel + (<usize>row << 5),
          32
        );
    }
  }
}

/**
 * out += left^T right for rows [first, first + rows) of right. left: (rows, columns), its rows
 * `stride` bytes apart and columns a multiple of 4; right: panels (bits / 8, all, 8); out: panels
 * (bits / 8, columns, 8).
 */
export function addTurned(
  left: usize,
  stride: u32,
  columns: u32,
  first: u32,
  rows: u32,
  right: usize,
  all: u32,
  bits: u32,
  out: usize,
): void {
  const from = right + (<usize>first << 5);
  const panel = <usize>all << 5;
  const outPanel = <usize>columns << 5;
  for (let column: u32 = 0; column < columns; column += TILE_ROWS) {
    for (let at: usize = 0; at < <usize>(bits >> 3); at++)
      addDown(
        left + (<usize>column << 2),
        stride,
        from + at * panel,
        rows,
        out + at * outPanel + (<usize>column << 5)
      );
  }
}

/**
 * From the gradient of values of tanh to that of what went in, in place: (gradient + balance *
 * mean) * slope * (1 - value^2). gradients, values: panels (bits / 8, rows, 8).
 */
export function unbend(
  gradients: usize,
  values: usize,
  rows: u32,
  bits: u32,
  slope: f32,
  balance: f32,
  means: usize,
): void {
  const one = f32x4.splat(1);
  const slopes = f32x4.splat(slope);
  const share = f32x4.splat(balance);
  for (let column: u32 = 0; column < bits; column += 8) {
    const mean = means + (<usize>column << 2);
    const low = f32x4.mul(share, v128.load(mean));
    const high = f32x4.mul(share, v128.load(mean, 16));
    for (const end = values + (<usize>rows << 5); values < end; values += 32, gradients += 32) {
      const a = v128.load(values);
      const b = v128.load(values, 16);
      const left = f32x4.mul(slopes, f32x4.sub(one, f32x4.mul(a, a)));
      const right = f32x4.mul(slopes, f32x4.sub(one, f32x4.mul(b, b)));
      v128.store(gradients, f32x4.mul(left, f32x4.add(v128.load(gradients), low)));
      v128.store(gradients, f32x4.mul(right, f32x4.add(v128.load(gradients, 16), high)), 16);
    }
  }
}
