import type * as Tf from '@tensorflow/tfjs-core';
import type { TrainingDocuments } from '../training-documents.ts';
import type { Noise } from './noise.ts';

/** The words that most documents have, as in the paper; the others are not seen. */
const WORDS = 2000;

/** Vectors of length 1 are taken so many times longer, about the counts of words. */
export const GAIN = 10;

/** Term numbers of the words that most documents have, ascending. */
export function commonWords({ rows, terms }: TrainingDocuments): Int32Array {
  const counts = new Int32Array(terms);
  for (const term of rows.terms) counts[term]! += 1;
  return Int32Array.from({ length: terms }, (_, term) => term)
    .sort((a, b) => counts[b]! - counts[a]! || a - b)
    .slice(0, WORDS)
    .sort();
}

/** The documents with these words alone, numbered by their places. */
export function onlyWords(
  { rows: { offsets, terms, weights }, labels, terms: V }: TrainingDocuments,
  words: Int32Array,
): TrainingDocuments {
  const place = new Int32Array(V).fill(-1);
  for (const [at, word] of words.entries()) place[word] = at;
  const kept: number[] = [];
  const ends = new Int32Array(offsets.length);
  for (let r = 0; r + 1 < offsets.length; r++) {
    for (let at = offsets[r]!; at < offsets[r + 1]!; at++)
      if (place[terms[at]!]! >= 0) kept.push(at);
    ends[r + 1] = kept.length;
  }
  return {
    rows: {
      offsets: ends,
      terms: Int32Array.from(kept, (at) => place[terms[at]!]!),
      weights: Float32Array.from(kept, (at) => weights[at]!),
    },
    terms: words.length,
    labels,
  };
}

/** (B, words): weights in place of counts, times GAIN. */
export function denseWords(
  tf: typeof Tf,
  { rows, terms }: TrainingDocuments,
  wordDropout: number,
  noise: Noise,
): Tf.Tensor2D {
  const B = rows.offsets.length - 1;
  const x = new Float32Array(B * terms);
  for (let r = 0; r < B; r++)
    for (let at = rows.offsets[r]!; at < rows.offsets[r + 1]!; at++)
      x[r * terms + rows.terms[at]!] = GAIN * noise.kept(wordDropout) * rows.weights[at]!;
  return tf.tensor2d(x, [B, terms]);
}
