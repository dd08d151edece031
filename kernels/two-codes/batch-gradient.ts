/**
 * The loss of a batch of B links (i, j) with two codes an item, and its gradient. From vectors x_i
 * of what asks and y_j of what answers,
 *
 * a = tanh(s (x W + w)), b = tanh(s (y V + v)), logit(i, j) = 12 / bits a_i . b_j - c_j
 * loss = mean over the links of log sum_j' exp logit(i, j') - logit(i, j)
 *        + .4 / bits (|mean a|^2 + |mean b|^2),
 *
 * where j' are the targets of the batch but for other copies of j. The discount c_j = logQ ln(1 +
 * count of j) is the correction of a sampled softmax (Yi et al., "Sampling-bias-corrected neural
 * modeling for large corpus item recommendations", RecSys 2019): a batch draws j as often as links
 * lead to it. float32, every sum in one order; s: slope; d dimensions.
 */

import { codeKernel, widthOf } from './code-kernel.ts';

export interface BatchShape {
  /** B, a multiple of 8. */
  batch: number;
  /** d. */
  dimensions: number;
  /** A multiple of 8. */
  bits: number;
}

/** One array for what asks, one for what answers. */
export interface TwoSides {
  asking: Float32Array;
  answering: Float32Array;
}

/** A batch in the memory of the kernel, to be filled by the caller. */
export interface BatchGradient {
  /** (B, width) each, width of `widthOf(d)`: vectors, of which column d is 1. */
  rows: TwoSides;
  /** (B): c_j. At most 60, so that no exponential vanishes. */
  discounts: Float32Array;
  /** (B): which item j is. */
  targets: Uint32Array;
  /** Panels (bits / 8, width, 8), as toPanels fills them. */
  weights: TwoSides;
  /** As the weights, filled by `step`. */
  gradients: TwoSides;
  /** Fills the gradients and returns the loss. */
  step(slope: number): number;
}

/** Logits without discounts lie between it and its negative. */
const SHARPNESS = 12;
const BALANCE = 0.4;
/** Rows whose products with the whole batch are held at once. */
const BLOCK_ROWS = 64;
/** Between rows of products, so that columns do not share a set of the cache. */
const PAD_BYTES = 64;

/** Lays a batch out. */
export function batchGradient({ batch, dimensions, bits }: BatchShape): BatchGradient {
  const width = widthOf(dimensions);
  const kernel = codeKernel();
  const [rowBytes, weightBytes, codeBytes] = [
    4 * batch * width,
    4 * width * bits,
    4 * batch * bits,
  ];
  const stride = 4 * batch + PAD_BYTES;
  const places = kernel.allocate([
    rowBytes,
    rowBytes,
    weightBytes,
    weightBytes,
    weightBytes,
    weightBytes,
    codeBytes,
    codeBytes,
    codeBytes,
    codeBytes,
    codeBytes,
    codeBytes,
    BLOCK_ROWS * stride,
    4 * bits,
    4 * bits,
    4 * batch,
    4 * batch,
  ]);
  const [x, y, w, v, dw, dv, a, b, da, db, aRows, bTurned] = places;
  const [products, aMeans, bMeans, c, t] = places.slice(12);
  const memory = kernel.memory();
  const floats = (at: number, bytes: number) => new Float32Array(memory, at, bytes / 4);
  const rows = { asking: floats(x, rowBytes), answering: floats(y, rowBytes) };
  for (const values of [rows.asking, rows.answering])
    for (let at = dimensions; at < values.length; at += width) values[at] = 1;
  const means = { asking: floats(aMeans, 4 * bits), answering: floats(bMeans, 4 * bits) };
  const gradients = { asking: floats(dw, weightBytes), answering: floats(dv, weightBytes) };
  const { exports } = kernel;
  return {
    rows,
    discounts: floats(c, 4 * batch),
    targets: new Uint32Array(memory, t, batch),
    weights: { asking: floats(w, weightBytes), answering: floats(v, weightBytes) },
    gradients,
    step(slope) {
      exports.project(x, batch, width, w, bits, a);
      exports.project(y, batch, width, v, bits, b);
      exports.bend(a, batch, bits, slope, aMeans);
      exports.bend(b, batch, bits, slope, bMeans);
      const loss = fillCodeGradients();
      fillWeightGradients(slope);
      return loss / batch + (BALANCE / bits) * (square(means.asking) + square(means.answering));
    },
  };

  /** Of the softmax by a and b; returns the sum of its losses. */
  function fillCodeGradients(): number {
    exports.asRows(a, batch, bits, aRows);
    exports.turn(b, batch, bits, bTurned);
    floats(da, codeBytes).fill(0);
    floats(db, codeBytes).fill(0);
    let losses = 0;
    for (let first = 0; first < batch; first += BLOCK_ROWS) {
      const count = Math.min(BLOCK_ROWS, batch - first);
      const block = aRows + 4 * first * bits;
      exports.products(block, count, bTurned, batch, bits, products, stride);
      const scale = SHARPNESS / bits;
      losses += exports.softmax(products, first, count, batch, stride, scale, SHARPNESS, c, t);
      exports.toAsking(products, stride, first, count, b, batch, bits, da);
      exports.addTurned(products, stride, batch, first, count, a, batch, bits, db);
    }
    return losses;
  }

  function fillWeightGradients(slope: number): void {
    const balance = (2 * BALANCE) / bits / batch;
    gradients.asking.fill(0);
    gradients.answering.fill(0);
    exports.unbend(da, a, batch, bits, slope, balance, aMeans);
    exports.unbend(db, b, batch, bits, slope, balance, bMeans);
    for (let first = 0; first < batch; first += BLOCK_ROWS) {
      const count = Math.min(BLOCK_ROWS, batch - first);
      const at = 4 * first * width;
      exports.addTurned(x + at, 4 * width, width, first, count, da, batch, bits, dw);
      exports.addTurned(y + at, 4 * width, width, first, count, db, batch, bits, dv);
    }
  }
}

function square(values: Float32Array): number {
  let sum = 0;
  for (let at = 0; at < values.length; at++) sum += values[at] * values[at];
  return sum;
}
