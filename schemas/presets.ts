/** Values of the configuration that go together. What is not named has its default. */

/**
 * "Semantic Hashing with Locality Sensitive Embeddings", section 4.3 and Table 3, as far as the
 * paper states its settings: LSE with K 8, beta 4, lambda .3 throughout, the hard max, batches of
 * 8192 positives, 8192 hard and 16,384 easy negatives, 100 epochs. (lambda weighs the mean over the
 * d dimensions here, the sum there.) Codes are the signs of embeddings alone.
 */
const PAPER = {
  affinity: { minimumWeight: 1.7, top: 100 },
  training: {
    method: 'lse',
    epochs: 100,
    concentration: 8,
    beta: 4,
    lambda: 0.3,
    lambdaRamp: false,
    temperature: 0,
    degreeBalance: 0,
    bucketPerPositive: 0,
  },
  buckets: { settle: false },
} as const;

export const PRESETS = { paper: PAPER } as const;
export type Preset = keyof typeof PRESETS;
