/**
 * Sparse documents to codes by a stack of layers: h_0 = x, h_l = f_l(h_{l-1} W_l + b_l), bit k is 1
 * where the last h[k] > 0; bit 0 the most significant.
 *
 * x: rows of (term, weight); W_l: (inputs, outputs) row-major float32, b_l: outputs. Sums are
 * float64 in the order of inputs, and inputs that are 0 are passed over, so any program that adds
 * in this order gets the same codes. A document without terms has the code of all zeros.
 */

import { exp } from '../numbers/elementary.ts';

/**
 * `triangle`: 1/4 - |y - round(y)|, y = x / (2 pi): the sign of cos(x), of Spectral Hashing's
 * eigenfunctions, without its digits; `exp`: e^y; `sigmoid`: 1 / (1 + e^-y).
 */
export type Activation = 'identity' | 'relu' | 'triangle' | 'exp' | 'sigmoid';

export interface Layer {
  inputs: number;
  outputs: number;
  weights: Float32Array;
  bias: Float32Array;
  activation: Activation;
}

/** Row r holds entries [offsets[r], offsets[r + 1]). */
export interface SparseRows {
  offsets: Int32Array;
  terms: Int32Array;
  weights: Float32Array;
}

/**
 * Fills (rows, d / 8) bytes of `codes`; returns how many rows are without terms. Throws RangeError
 * where layers do not fit.
 */
export function encodeSparse(
  rows: SparseRows,
  layers: readonly Layer[],
  codes: Uint8Array,
  from = 0,
  to = rows.offsets.length - 1,
): number {
  const bits = checkLayers(layers);
  if (codes.length * 8 !== (to - from) * bits)
    throw new RangeError(`codes: expected ${((to - from) * bits) / 8} bytes, got ${codes.length}`);
  const buffers = layers.map(({ outputs }) => new Float64Array(outputs));
  let empty = 0;
  codes.fill(0);
  for (let row = from; row < to; row++) {
    if (rows.offsets[row] === rows.offsets[row + 1]) {
      empty += 1;
      continue;
    }
    const h = outputOf(rows, row, layers, buffers);
    for (let k = 0; k < bits; k++)
      if (h[k] > 0) codes[((row - from) * bits + k) >>> 3] |= 0x80 >>> (k & 7);
  }
  return empty;
}

/** (rows, outputs) of the last layer, before the signs. */
export function projectSparse(rows: SparseRows, layers: readonly Layer[]): Float64Array {
  const width = checkLayers(layers);
  const count = rows.offsets.length - 1;
  const buffers = layers.map(({ outputs }) => new Float64Array(outputs));
  const out = new Float64Array(count * width);
  for (let row = 0; row < count; row++) out.set(outputOf(rows, row, layers, buffers), row * width);
  return out;
}

function outputOf(
  rows: SparseRows,
  row: number,
  layers: readonly Layer[],
  buffers: readonly Float64Array[],
): Float64Array {
  const from = rows.offsets[row];
  let count = rows.offsets[row + 1] - from;
  const widest = Math.max(count, ...buffers.map(({ length }) => length));
  const inputs = new Int32Array(widest);
  const values = new Float64Array(widest);
  for (let at = 0; at < count; at++) {
    inputs[at] = rows.terms[from + at];
    values[at] = rows.weights[from + at];
  }
  let h = buffers[0];
  for (let l = 0; l < layers.length; l++) {
    const { weights, bias, activation } = layers[l];
    h = buffers[l];
    h.set(bias);
    addRows(h, weights, inputs, values, count);
    activate(h, activation);
    count = 0;
    for (let o = 0; o < h.length; o++) {
      if (h[o] === 0) continue;
      inputs[count] = o;
      values[count++] = h[o];
    }
  }
  return h;
}

/**
 * h += the sum of values[k] W[inputs[k]], four rows at a time in their order: one load and store of
 * h for four products, and the same sums.
 */
function addRows(
  h: Float64Array,
  weights: Float32Array,
  inputs: Int32Array,
  values: Float64Array,
  count: number,
): void {
  const outputs = h.length;
  let at = 0;
  for (; at + 3 < count; at += 4) {
    const [a, b, c, d] = [values[at], values[at + 1], values[at + 2], values[at + 3]];
    let [p, q, r, s] = [
      inputs[at] * outputs,
      inputs[at + 1] * outputs,
      inputs[at + 2] * outputs,
      inputs[at + 3] * outputs,
    ];
    for (let o = 0; o < outputs; o++)
      h[o] = h[o] + a * weights[p++] + b * weights[q++] + c * weights[r++] + d * weights[s++];
  }
  for (; at < count; at++) {
    const a = values[at];
    for (let o = 0, p = inputs[at] * outputs; o < outputs; o++, p++) h[o] += a * weights[p];
  }
}

const TURN = 2 * Math.PI;

function activate(h: Float64Array, activation: Activation): void {
  if (activation === 'relu') for (let j = 0; j < h.length; j++) h[j] = h[j] > 0 ? h[j] : 0;
  else if (activation === 'triangle')
    for (let j = 0; j < h.length; j++)
      h[j] = 0.25 - Math.abs(h[j] / TURN - Math.round(h[j] / TURN));
  else if (activation === 'exp') for (let j = 0; j < h.length; j++) h[j] = exp(h[j]);
  else if (activation === 'sigmoid') for (let j = 0; j < h.length; j++) h[j] = 1 / (1 + exp(-h[j]));
}

function checkLayers(layers: readonly Layer[]): number {
  for (const [at, { inputs, outputs, weights, bias }] of layers.entries()) {
    if (weights.length !== inputs * outputs || bias.length !== outputs)
      throw new RangeError(
        `layer ${at}: ${weights.length} weights and ${bias.length} biases for ${inputs} x ` +
          `${outputs}`,
      );
    if (at > 0 && layers[at - 1].outputs !== inputs)
      throw new RangeError(`layer ${at}: ${inputs} inputs after ${layers[at - 1].outputs} outputs`);
  }
  return layers[layers.length - 1].outputs;
}
