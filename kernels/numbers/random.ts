/**
 * Philox4x32-10: counter-based random numbers (Salmon et al., "Parallel random numbers: as easy as
 * 1, 2, 3", SC 2011). A stream is named by what it is for, (seed, purpose, a, b), so any part of a
 * run draws the same numbers in any order, on any thread, in any retry.
 */

import { multiplyHigh } from './multiply-high.ts';

/** Purposes: never reuse a number, never renumber. */
export const PURPOSE = {
  heldOut: 1,
  mine: 2,
  initialize: 3,
  shuffle: 4,
  batch: 5,
  dropout: 6,
  evaluate: 7,
  shuffledBuckets: 8,
  schedule: 9,
  report: 10,
  bootstrap: 11,
  neighbours: 12,
  rowBlocks: 20,
  buckets: 22,
  queryParts: 23,
  sbm: 21,
  minePairs: 24,
  mineSample: 25,
  answers: 26,
  factors: 28,
  twoCodes: 29,
} as const;

const M0 = 0xd2511f53;
const M1 = 0xcd9e8d57;
const W0 = 0x9e3779b9;
const W1 = 0xbb67ae85;

export class RandomStream {
  readonly #key0: number;
  readonly #key1: number;
  readonly #a: number;
  readonly #b: number;
  readonly #block = new Uint32Array(4);
  #index = 0;
  #used = 4;

  /**
   * `a` and `b` tell streams of one purpose apart, for example a row and an epoch; all are taken
   * modulo 2^32. `lane` (below 2^21) parts such a stream further, each lane 2^34 words long.
   */
  constructor(seed: number, purpose: number, a = 0, b = 0, lane = 0) {
    this.#index = lane * 0x1_0000_0000;
    this.#key0 = seed >>> 0;
    this.#key1 = purpose >>> 0;
    this.#a = a >>> 0;
    this.#b = b >>> 0;
  }

  /** Uniform over [0, 2^32). */
  u32(): number {
    if (this.#used === 4) {
      philox(
        this.#index >>> 0,
        Math.floor(this.#index / 0x1_0000_0000) >>> 0,
        this.#a,
        this.#b,
        this.#key0,
        this.#key1,
        this.#block,
      );
      this.#index += 1;
      this.#used = 0;
    }
    return this.#block[this.#used++];
  }

  /** Uniform over [0, 1) in steps of 2^-32. */
  uniform(): number {
    return this.u32() / 0x1_0000_0000;
  }

  /** Uniform over the integers [0, n), without bias; 1 <= n <= 2^32. */
  below(n: number): number {
    const limit = 0x1_0000_0000 - (0x1_0000_0000 % n);
    let value = this.u32();
    while (value >= limit) value = this.u32();
    return value % n;
  }
}

/**
 * One block: four 32-bit words for counter (c0, c1, c2, c3) under key (k0, k1), written to `out`.
 */
export function philox(
  c0: number,
  c1: number,
  c2: number,
  c3: number,
  k0: number,
  k1: number,
  out: Uint32Array,
): void {
  for (let round = 0; round < 10; round++) {
    const high0 = multiplyHigh(M0, c0);
    const low0 = Math.imul(M0, c0) >>> 0;
    const high1 = multiplyHigh(M1, c2);
    const low1 = Math.imul(M1, c2) >>> 0;
    c0 = (high1 ^ c1 ^ k0) >>> 0;
    c1 = low1;
    c2 = (high0 ^ c3 ^ k1) >>> 0;
    c3 = low0;
    k0 = (k0 + W0) >>> 0;
    k1 = (k1 + W1) >>> 0;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
}
