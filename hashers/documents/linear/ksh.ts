/**
 * Kernel-based supervised hashing (Liu, Wang, Ji, Jiang and Chang 2012): bit k is the sign of a_k'
 * (K(x) - mean), K(x)_j = exp(-|x - anchor_j|^2 / (2 s)), s the mean squared distance. Of labelled
 * documents S_ij is 1 where i and j share a label, else -1; bit after bit maximises b' R b with R =
 * d S - (sum over earlier bits of b b'): first the largest generalised eigenvector, then its signs
 * smoothed to 2 / (1 + e^-y) - 1 and climbed by accelerated gradients (its section 3.2).
 */

import { LimitError } from '../../../kernels/limit-error.ts';
import { tanh } from '../../../kernels/numbers/elementary.ts';
import { type Layer, projectSparse } from '../../../kernels/documents/encode-sparse.ts';
import { RandomStream } from '../../../kernels/numbers/random.ts';
import { shuffle } from '../../../kernels/numbers/shuffle.ts';
import { PROJECTION_PURPOSE } from '../../vectors/lsh.ts';
import { cholesky, solveLower, solveUpper } from './cholesky.ts';
import { labelSets, labelSimilarity } from '../label-sets.ts';
import { largestEigenvector } from './largest-eigenvector.ts';
import type { LinearInput } from './linear-input.ts';
import { takeRows, type TrainingDocuments } from '../training-documents.ts';

const ANCHORS = 500;
/** Labelled documents at most. */
const SAMPLES = 5000;
/** Added to K'K, as a share of its mean diagonal. */
const RIDGE = 1e-5;
const STEPS = 60;
/** Less than this share more ends a climb. */
const ENOUGH = 1e-4;

type Operator = (v: Float64Array) => Float64Array;

export function ksh({ documents, bits, seed, onProgress }: LinearInput): Layer[] {
  const order = shuffledLabelled(documents, seed);
  const sample = takeRows(documents, order.slice(0, SAMPLES));
  const kernel = anchorKernel(takeRows(documents, order.slice(0, ANCHORS)), sample);
  const m = kernel.outputs;
  const P = projectSparse(sample.rows, [kernel]);
  const n = P.length / m;
  if (!P.every(Number.isFinite))
    throw new LimitError(
      'ksh: vectors differ too much in length for a Gaussian kernel; set ' +
        'documents.vectorWeights to idf',
    );
  const mean = centre(P, m);
  const factor = whiten(P, m);

  const S = labelSimilarity(labelSets(sample));
  const M = pulledBack(P, m, S, bits);
  const chosen: Float64Array[] = [];
  const residual: Operator = (v) => {
    const out = S(v);
    for (let r = 0; r < n; r++) out[r]! *= bits;
    for (const b of chosen) axpy(-dot(b, v), b, out);
    return out;
  };
  const weights = new Float32Array(m * bits);
  const bias = new Float32Array(bits);
  for (let k = 0; k < bits; k++) {
    onProgress(k, bits);
    const start = scaled(largestEigenvector(M, m, seed, k), Math.sqrt(n));
    const climbed = climb(P, residual, start);
    const [first, second] = [signs(product(P, start)), signs(product(P, climbed))];
    const isBetter = dot(second, residual(second)) > dot(first, residual(first));
    const [u, b] = isBetter ? [climbed, second] : [start, first];
    const pulled = transposed(P, m, b);
    for (let i = 0; i < m; i++)
      for (let j = 0; j < m; j++) M[i * m + j]! -= pulled[i]! * pulled[j]!;
    chosen.push(b);
    const a = solveUpper(factor, m, scaled(u, 1 / Math.sqrt(dot(u, u))));
    for (let j = 0; j < m; j++) weights[j * bits + k] = a[j]!;
    for (let j = 0; j < m; j++) bias[k]! -= weights[j * bits + k]! * mean[j]!;
  }
  return [kernel, { inputs: m, outputs: bits, weights, bias, activation: 'identity' }];
}

/** Numbers of the documents with labels and words, in random order. */
function shuffledLabelled({ rows, labels }: TrainingDocuments, seed: number): number[] {
  const order: number[] = [];
  for (let r = 0; r + 1 < rows.offsets.length; r++)
    if (rows.offsets[r]! < rows.offsets[r + 1]! && labels.offsets[r]! < labels.offsets[r + 1]!)
      order.push(r);
  return shuffle(order, new RandomStream(seed, PROJECTION_PURPOSE, 1001));
}

/**
 * K(x)_j = exp((x.a_j - (q + |a_j|^2) / 2) / s), with q the mean |x|^2: the Gaussian kernel where
 * all x are of one length, as TF-IDF makes them, else the Gaussian kernel times a number of the
 * document.
 */
function anchorKernel(
  { rows: anchors, terms }: TrainingDocuments,
  { rows }: TrainingDocuments,
): Layer {
  const m = anchors.offsets.length - 1;
  const [sum, mean] = [columnMeans(anchors, terms), columnMeans(rows, terms)];
  const n = rows.offsets.length - 1;
  const q = rows.weights.reduce((total, weight) => total + weight ** 2, 0) / n;
  const lengths = Float64Array.from({ length: m }, (_, j) =>
    anchors.weights
      .subarray(anchors.offsets[j], anchors.offsets[j + 1])
      .reduce((total, weight) => total + weight ** 2, 0),
  );
  const s = Math.max(q + lengths.reduce((a, b) => a + b) / m - 2 * dot(sum, mean), 1e-12);
  const weights = new Float32Array(terms * m);
  for (let j = 0; j < m; j++)
    for (let at = anchors.offsets[j]!; at < anchors.offsets[j + 1]!; at++)
      weights[anchors.terms[at]! * m + j] = anchors.weights[at]! / s;
  return {
    inputs: terms,
    outputs: m,
    weights,
    bias: Float32Array.from(lengths, (length) => -(q + length) / (2 * s)),
    activation: 'exp',
  };
}

function columnMeans(
  { offsets, terms, weights }: TrainingDocuments['rows'],
  V: number,
): Float64Array {
  const sums = new Float64Array(V);
  for (const [at, term] of terms.entries()) sums[term]! += weights[at]! / (offsets.length - 1);
  return sums;
}

/** Takes the column means out of P (n, m), and returns them. */
function centre(P: Float64Array, m: number): Float64Array {
  const n = P.length / m;
  const mean = new Float64Array(m);
  for (const [at, value] of P.entries()) mean[at % m]! += value / n;
  for (let at = 0; at < P.length; at++) P[at]! -= mean[at % m]!;
  return mean;
}

/**
 * P <- P L'^-1 with L L' = P'P and its ridge, so that steps along all directions weigh alike.
 * Returns L.
 */
function whiten(P: Float64Array, m: number): Float64Array {
  const n = P.length / m;
  const C = new Float64Array(m * m);
  for (let r = 0; r < n; r++)
    for (let i = 0; i < m; i++)
      for (let j = 0, v = P[r * m + i]!; j <= i; j++) C[i * m + j]! += v * P[r * m + j]!;
  let trace = 0;
  for (let i = 0; i < m; i++) trace += C[i * m + i]!;
  for (let i = 0; i < m; i++) C[i * m + i]! += (RIDGE * trace) / m || 1;
  const L = cholesky(C, m);
  for (let r = 0; r < n; r++) solveLower(L, m, P.subarray(r * m, (r + 1) * m));
  return L;
}

/** bits P'SP, (m, m). */
function pulledBack(P: Float64Array, m: number, S: Operator, bits: number): Float64Array {
  const n = P.length / m;
  const M = new Float64Array(m * m);
  for (let j = 0; j < m; j++) {
    const column = transposed(P, m, S(Float64Array.from({ length: n }, (_, r) => P[r * m + j]!)));
    for (let i = 0; i < m; i++) M[i * m + j] = bits * column[i]!;
  }
  return M;
}

/**
 * Climbs phi' R phi, phi = 2 / (1 + e^-Pu) - 1, by Nesterov's accelerated gradients with halved
 * steps. Returns the best u.
 */
function climb(P: Float64Array, residual: Operator, start: Float64Array): Float64Array {
  const at = (u: Float64Array) => {
    const phi = product(P, u).map((y) => tanh(y / 2));
    const pushed = residual(phi);
    return { u, value: dot(phi, pushed), phi, pushed };
  };
  let best = at(start);
  let before = start;
  let step = 0;
  let t = 1;
  for (let round = 0; round < STEPS; round++) {
    const next = (1 + Math.sqrt(1 + 4 * t * t)) / 2;
    const here = t === 1 ? best : at(best.u.map((u, j) => u + ((t - 1) / next) * (u - before[j]!)));
    const gradient = transposed(
      P,
      start.length,
      here.pushed.map((push, r) => push * (1 - here.phi[r]! ** 2)),
    );
    const length = dot(gradient, gradient);
    if (!(length > 0)) break;
    step = step === 0 ? Math.sqrt(dot(start, start) / length) : step * 1.5;
    let reached = here;
    for (let halving = 0; halving < 20; halving++, step /= 2) {
      reached = at(here.u.map((u, j) => u + step * gradient[j]!));
      if (reached.value >= here.value + (step * length) / 2) break;
    }
    const isHigher = reached.value - best.value > ENOUGH * Math.abs(best.value);
    if (!isHigher && t === 1) break;
    before = best.u;
    t = isHigher ? next : 1;
    if (isHigher) best = reached;
  }
  return best.u;
}

function product(P: Float64Array, u: Float64Array): Float64Array {
  const m = u.length;
  const out = new Float64Array(P.length / m);
  for (let r = 0, at = 0; r < out.length; r++) {
    let sum = 0;
    for (let j = 0; j < m; j++, at++) sum += P[at]! * u[j]!;
    out[r] = sum;
  }
  return out;
}

function transposed(P: Float64Array, m: number, v: Float64Array): Float64Array {
  const out = new Float64Array(m);
  for (let r = 0, at = 0; r < v.length; r++)
    for (let j = 0; j < m; j++, at++) out[j]! += P[at]! * v[r]!;
  return out;
}

const signs = (y: Float64Array): Float64Array => y.map((value) => (value > 0 ? 1 : -1));

const scaled = (v: Float64Array, factor: number): Float64Array => v.map((value) => value * factor);

function axpy(factor: number, x: Float64Array, y: Float64Array): void {
  for (let r = 0; r < y.length; r++) y[r]! += factor * x[r]!;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k]! * b[k]!;
  return sum;
}
