/** The slow obvious version of a training step: formulas as in the paper, gradients by central differences, textbook Adam. */
import type { RandomStream } from '../../kernels/random.ts';
import { type Batch, HARD, POSITIVE } from '../../kernels/train-batch.ts';

export interface ReferenceSettings {
  method: 'lse' | 'cos' | 'dch' | 'dhn';
  concentration: number;
  tables: number;
  bits: number;
  beta: number;
  betaOn: 'all' | 'hard';
  lambda: number;
  temperature: number;
  dropout: number;
}

/** p(y = 1 | c). */
export function relevance({ method, concentration, bits }: Pick<ReferenceSettings, 'method' | 'concentration' | 'bits'>, cosine: number): number {
  if (method === 'lse') return (1 - Math.acos(cosine) / Math.PI) ** concentration;
  if (method === 'cos') return ((1 + cosine) / 2) ** concentration;
  if (method === 'dch') return concentration / (concentration + (bits / 2) * (1 - cosine));
  return 1 / (1 + Math.exp(-concentration * cosine));
}

/** r of one embedding. */
export function quantization({ method, concentration, bits }: Pick<ReferenceSettings, 'method' | 'concentration' | 'bits'>, u: readonly number[]): number {
  if (method !== 'dch') return u.reduce((sum, value) => sum + Math.log(Math.cosh(Math.abs(value) - 1)), 0) / bits;
  const ones = u.map(() => 1);
  return Math.log(1 + ((bits / 2) * (1 - cosineOf(u.map(Math.abs), ones))) / concentration);
}

/** Masks of a batch, drawn as the kernel draws them: a mask a pair, d draws a mask. */
export function drawMasks(batch: Batch, { bits, dropout }: ReferenceSettings, random: RandomStream): number[][] {
  return Array.from({ length: batch.pairs }, () => Array.from({ length: bits }, () => (dropout > 0 && random.uniform() < dropout ? 0 : 1)));
}

/** Sum over the pairs of a batch of weighted cross entropy and lambda (r + r) of the winning embeddings. */
export function batchLoss(E: readonly number[], batch: Batch, settings: ReferenceSettings, masks: number[][]): number {
  return pairsOf(E, batch, settings, masks).reduce((sum, { best, weight, positive, regularization }) => sum + weight * crossEntropy(settings, best, positive) + regularization, 0);
}

/**
 * The gradient that training follows, by central differences: of batchLoss, where a positive's loss of the largest cosine is replaced
 * by its tangent in T log sum exp(cosines / T).
 */
export function batchGradient(E: readonly number[], batch: Batch, settings: ReferenceSettings, masks: number[][]): number[] {
  const { temperature } = settings;
  const slopes = pairsOf(E, batch, settings, masks).map(({ best, positive }) => slopeOf((c) => crossEntropy(settings, c, positive), best, 1e-6));
  const objective = (values: readonly number[]) =>
    pairsOf(values, batch, settings, masks).reduce((sum, { cosines, best, weight, positive, regularization }, at) => {
      if (!positive || temperature === 0) return sum + weight * crossEntropy(settings, best, positive) + regularization;
      const smooth = best + temperature * Math.log(cosines.reduce((total, c) => total + Math.exp((c - best) / temperature), 0));
      return sum + slopes[at]! * smooth + regularization;
    }, 0);
  return E.map((value, k) => slopeOf((x) => objective(E.with(k, x)), value, 1e-5));
}

interface ReferencePair {
  cosines: number[];
  best: number;
  weight: number;
  positive: boolean;
  regularization: number;
}

function pairsOf(E: readonly number[], batch: Batch, settings: ReferenceSettings, masks: number[][]): ReferencePair[] {
  const { tables, bits, beta, betaOn, lambda } = settings;
  const u = E.map(Math.tanh);
  const embedding = (row: number, table: number) => u.slice((row * tables + table) * bits, (row * tables + table + 1) * bits);
  return Array.from({ length: batch.pairs }, (_, at) => {
    const kept = (values: number[]) => values.filter((_value, k) => masks[at]![k] === 1);
    const candidates = [];
    for (let a = 0; a < tables; a++) {
      for (let b = 0; b < tables; b++) {
        const i = embedding(batch.left[at]!, a);
        const j = embedding(batch.right[at]!, b);
        candidates.push({ cosine: cosineOf(kept(i), kept(j)), r: quantization(settings, i) + quantization(settings, j) });
      }
    }
    const winner = candidates.reduce((best, candidate) => (candidate.cosine > best.cosine ? candidate : best));
    const kind = batch.kind[at]!;
    return {
      cosines: candidates.map(({ cosine }) => cosine),
      best: winner.cosine,
      weight: kind === POSITIVE || (betaOn === 'hard' && kind !== HARD) ? 1 : beta,
      positive: kind === POSITIVE,
      regularization: lambda * winner.r,
    };
  });
}

const crossEntropy = (settings: ReferenceSettings, cosine: number, positive: boolean): number =>
  positive ? -Math.log(relevance(settings, cosine)) : -Math.log(1 - relevance(settings, cosine));

const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, value, k) => sum + value * b[k]!, 0);

const cosineOf = (a: readonly number[], b: readonly number[]): number => dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));

export const slopeOf = (f: (x: number) => number, x: number, h: number): number => (f(x + h) - f(x - h)) / (2 * h);

/** Adam as in its paper, lazily by row: rows that no pair touches keep embeddings and moments. */
export class ReferenceAdam {
  readonly #first: number[];
  readonly #second: number[];
  #step = 0;

  constructor(size: number) {
    this.#first = new Array<number>(size).fill(0);
    this.#second = new Array<number>(size).fill(0);
  }

  update(E: readonly number[], gradient: readonly number[], touched: ReadonlySet<number>, width: number, rate: number): number[] {
    this.#step += 1;
    return E.map((value, k) => {
      if (!touched.has(Math.floor(k / width))) return value;
      this.#first[k] = 0.9 * this.#first[k]! + 0.1 * gradient[k]!;
      this.#second[k] = 0.99 * this.#second[k]! + 0.01 * gradient[k]! ** 2;
      const mean = this.#first[k] / (1 - 0.9 ** this.#step);
      const square = this.#second[k] / (1 - 0.99 ** this.#step);
      return value - (rate * mean) / (Math.sqrt(square) + 1e-8);
    });
  }
}
