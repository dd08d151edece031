/**
 * Loss of a batch and its gradient by the embeddings E.
 *
 * u = tanh(E), (L, d) a row; c_ab = cosine of u_ia and u_jb; c = max c_ab; each pair costs
 *   weight * crossEntropy(c) + lambda (r(u_ia) + r(u_jb)), (a, b) the winning pair of embeddings.
 * On positives the gradient by c is shared over all c_ab by softmax(c_ab / T), which is the gradient of T log sum exp(c_ab / T)
 * with the slope of the loss taken at the max; on negatives, and with T = 0, the winner has all of it.
 *
 * Rows that a batch touches get a slot; everything here is indexed by slot. n slots, L tables, d bits, float64.
 */
import { exp, tanh } from './elementary.ts';
import type { Fail } from './non-finite-error.ts';
import { crossEntropy, type PairLoss } from './pair-loss.ts';
import type { RandomStream } from './random.ts';
import { HARD, POSITIVE, type Batch } from './train-batch.ts';

export interface GradientSettings {
  loss: PairLoss;
  tables: number;
  bits: number;
  beta: number;
  betaOn: 'all' | 'hard';
  dropout: number;
}

export interface Workspace {
  /** By local row: its slot, or -1. */
  slotOf: Int32Array;
  /** Slots in use; row[slot] is the local row. */
  slots: number;
  row: Uint32Array;
  /** (n, L, d): tanh of the embeddings, and the same at length 1. */
  u: Float64Array;
  unit: Float64Array;
  /** (n, L): length of u. */
  norm: Float64Array;
  /** (n, L, d): sum of slope * the other's unit vector; after `backward` the gradient by E. */
  gradient: Float64Array;
  /** (n, L): sum of slope * cosine, and of lambda over the pairs an embedding won. */
  pull: Float64Array;
  wins: Float64Array;
  /** (L, L): cosines of a pair, and the slopes by them. */
  cosines: Float64Array;
  slopes: Float64Array;
  /** Value and slope of a loss. */
  out: Float64Array;
  /** (d): 1 for a dimension that dropout keeps; (2, L, d): unit vectors of a pair over those; (2, L): their lengths. */
  mask: Uint8Array;
  masked: Float64Array;
  maskedNorm: Float64Array;
}

export function createWorkspace(rows: number, slots: number, tables: number, bits: number): Workspace {
  if (bits % 4 !== 0) throw new RangeError(`bits: expected a multiple of 4, got ${bits}`);
  const embeddings = slots * tables;
  return {
    slotOf: new Int32Array(rows).fill(-1),
    slots: 0,
    row: new Uint32Array(slots),
    u: new Float64Array(embeddings * bits),
    unit: new Float64Array(embeddings * bits),
    norm: new Float64Array(embeddings),
    gradient: new Float64Array(embeddings * bits),
    pull: new Float64Array(embeddings),
    wins: new Float64Array(embeddings),
    cosines: new Float64Array(tables * tables),
    slopes: new Float64Array(tables * tables),
    out: new Float64Array(2),
    mask: new Uint8Array(bits),
    masked: new Float64Array(2 * tables * bits),
    maskedNorm: new Float64Array(2 * tables),
  };
}

/** Gives a slot to every row of the batch and fills in u, its unit vectors and lengths. */
export function forward(w: Workspace, batch: Batch, embeddings: Float32Array, { tables, bits }: GradientSettings): void {
  for (let slot = 0; slot < w.slots; slot++) w.slotOf[w.row[slot]] = -1;
  w.slots = 0;
  for (let at = 0; at < batch.pairs; at++) {
    assignSlot(w, batch.left[at]);
    assignSlot(w, batch.right[at]);
  }
  const width = tables * bits;
  for (let slot = 0; slot < w.slots; slot++) {
    const from = w.row[slot] * width;
    for (let table = 0; table < tables; table++) {
      const offset = slot * width + table * bits;
      const source = from + table * bits;
      let squared = 0;
      for (let k = 0; k < bits; k++) {
        const value = tanh(embeddings[source + k]);
        w.u[offset + k] = value;
        squared += value * value;
      }
      const norm = Math.sqrt(squared);
      const scale = norm > 0 ? 1 / norm : 0;
      for (let k = offset; k < offset + bits; k++) w.unit[k] = w.u[k] * scale;
      w.norm[slot * tables + table] = norm;
    }
  }
  w.gradient.fill(0, 0, w.slots * width);
  w.pull.fill(0, 0, w.slots * tables);
  w.wins.fill(0, 0, w.slots * tables);
}

/** Adds every pair's slopes to the workspace. Returns the sum of weighted cross entropies; calls `fail` at one that is not finite. */
export function pairLosses(
  w: Workspace,
  batch: Batch,
  settings: GradientSettings,
  lambda: number,
  temperature: number,
  random: RandomStream,
  fail: Fail,
): number {
  const { loss, tables, bits, beta, betaOn, dropout } = settings;
  let total = 0;
  for (let at = 0; at < batch.pairs; at++) {
    const left = w.slotOf[batch.left[at]];
    const right = w.slotOf[batch.right[at]];
    const kind = batch.kind[at];
    if (dropout > 0) {
      drawMask(w.mask, dropout, random);
      maskPair(w, left, right, tables, bits);
      cosinesOf(w.cosines, w.masked, 0, w.masked, tables * bits, tables, bits);
    } else {
      cosinesOf(w.cosines, w.unit, left * tables * bits, w.unit, right * tables * bits, tables, bits);
    }
    const winner = largest(w.cosines);
    const weight = kind === POSITIVE || (betaOn === 'hard' && kind !== HARD) ? 1 : beta;
    crossEntropy(loss, w.cosines[winner], kind === POSITIVE, w.out);
    const a = left * tables + Math.floor(winner / tables);
    const b = right * tables + (winner % tables);
    const value = weight * w.out[0];
    const slope = weight * w.out[1];
    if (!(Math.abs(value) + Math.abs(slope) < Infinity)) fail(at, `loss ${value}, slope ${slope}`);
    total += value;
    w.wins[a] += lambda;
    w.wins[b] += lambda;
    shareSlope(w.slopes, w.cosines, winner, slope, kind === POSITIVE ? temperature : 0);
    if (dropout > 0) addMaskedPair(w, left, right, tables, bits);
    else addPair(w, left, right, tables, bits);
  }
  return total;
}

/**
 * Turns the sums of slopes into the gradient by E: through the unit length, the quantization loss and tanh.
 * Returns the sum of quantization losses, lambda times r for every pair an embedding won.
 */
export function backward(w: Workspace, { loss, tables, bits }: GradientSettings): number {
  let total = 0;
  for (let embedding = 0; embedding < w.slots * tables; embedding++) {
    const offset = embedding * bits;
    const scale = w.norm[embedding] > 0 ? 1 / w.norm[embedding] : 0;
    const pull = w.pull[embedding];
    const wins = w.wins[embedding];
    for (let k = offset; k < offset + bits; k++) w.gradient[k] = (w.gradient[k] - pull * w.unit[k]) * scale;
    if (wins > 0) total += wins * loss.quantization(w.u, offset, wins, w.gradient);
    for (let k = offset; k < offset + bits; k++) w.gradient[k] *= 1 - w.u[k] * w.u[k];
  }
  return total;
}

function assignSlot(w: Workspace, row: number): void {
  if (w.slotOf[row] >= 0) return;
  w.slotOf[row] = w.slots;
  w.row[w.slots] = row;
  w.slots += 1;
}

/** Dot products of L by L vectors of d values; four running sums in a fixed order. */
function cosinesOf(cosines: Float64Array, left: Float64Array, leftAt: number, right: Float64Array, rightAt: number, tables: number, bits: number): void {
  for (let a = 0; a < tables; a++) {
    for (let b = 0; b < tables; b++) {
      const i = leftAt + a * bits;
      const j = rightAt + b * bits;
      let s0 = 0;
      let s1 = 0;
      let s2 = 0;
      let s3 = 0;
      for (let k = 0; k < bits; k += 4) {
        s0 += left[i + k] * right[j + k];
        s1 += left[i + k + 1] * right[j + k + 1];
        s2 += left[i + k + 2] * right[j + k + 2];
        s3 += left[i + k + 3] * right[j + k + 3];
      }
      cosines[a * tables + b] = s0 + s1 + (s2 + s3);
    }
  }
}

/** Place of the largest cosine, the first of equals; the place of one that is not a number, if any. */
function largest(cosines: Float64Array): number {
  let winner = 0;
  for (let at = 1; at < cosines.length; at++) if (cosines[at] > cosines[winner] || cosines[at] !== cosines[at]) winner = at;
  return winner;
}

function shareSlope(slopes: Float64Array, cosines: Float64Array, winner: number, slope: number, temperature: number): void {
  slopes.fill(0);
  if (temperature === 0) {
    slopes[winner] = slope;
    return;
  }
  let sum = 0;
  for (let at = 0; at < slopes.length; at++) {
    slopes[at] = exp((cosines[at] - cosines[winner]) / temperature);
    sum += slopes[at];
  }
  for (let at = 0; at < slopes.length; at++) slopes[at] *= slope / sum;
}

function addPair(w: Workspace, left: number, right: number, tables: number, bits: number): void {
  const { gradient, unit } = w;
  for (let a = 0; a < tables; a++) {
    for (let b = 0; b < tables; b++) {
      const slope = w.slopes[a * tables + b];
      if (slope === 0) continue;
      const i = (left * tables + a) * bits;
      const j = (right * tables + b) * bits;
      for (let k = 0; k < bits; k++) {
        gradient[i + k] += slope * unit[j + k];
        gradient[j + k] += slope * unit[i + k];
      }
      const pull = slope * w.cosines[a * tables + b];
      w.pull[left * tables + a] += pull;
      w.pull[right * tables + b] += pull;
    }
  }
}

function drawMask(mask: Uint8Array, dropout: number, random: RandomStream): void {
  for (let k = 0; k < mask.length; k++) mask[k] = random.uniform() < dropout ? 0 : 1;
}

/** Unit vectors of both rows' embeddings over the dimensions that the mask keeps. */
function maskPair(w: Workspace, left: number, right: number, tables: number, bits: number): void {
  for (let side = 0; side < 2; side++) {
    for (let table = 0; table < tables; table++) {
      const from = ((side === 0 ? left : right) * tables + table) * bits;
      const to = (side * tables + table) * bits;
      let squared = 0;
      for (let k = 0; k < bits; k++) {
        const value = w.mask[k] * w.u[from + k];
        w.masked[to + k] = value;
        squared += value * value;
      }
      const norm = Math.sqrt(squared);
      const scale = norm > 0 ? 1 / norm : 0;
      for (let k = to; k < to + bits; k++) w.masked[k] *= scale;
      w.maskedNorm[side * tables + table] = norm;
    }
  }
}

/** Like addPair, but the masked length divides here and `backward` divides by the whole one. */
function addMaskedPair(w: Workspace, left: number, right: number, tables: number, bits: number): void {
  const { gradient, masked } = w;
  for (let a = 0; a < tables; a++) {
    for (let b = 0; b < tables; b++) {
      const slope = w.slopes[a * tables + b];
      const normLeft = w.maskedNorm[a];
      const normRight = w.maskedNorm[tables + b];
      if (slope === 0 || normLeft === 0 || normRight === 0) continue;
      const cosine = w.cosines[a * tables + b];
      const scaleLeft = (slope * w.norm[left * tables + a]) / normLeft;
      const scaleRight = (slope * w.norm[right * tables + b]) / normRight;
      const toLeft = (left * tables + a) * bits;
      const toRight = (right * tables + b) * bits;
      const i = a * bits;
      const j = (tables + b) * bits;
      for (let k = 0; k < bits; k++) {
        if (w.mask[k] === 0) continue;
        gradient[toLeft + k] += scaleLeft * (masked[j + k] - cosine * masked[i + k]);
        gradient[toRight + k] += scaleRight * (masked[i + k] - cosine * masked[j + k]);
      }
    }
  }
}
