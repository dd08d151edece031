import type { Configuration } from './configuration.ts';

/** Values of the configuration that go together, by section. What is not named has its default. */
export type PresetValues = Readonly<
  Record<string, Readonly<Record<string, string | number | boolean>>>
>;

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

/** Lower thresholds and longer lists: more is found, and more of it is far-fetched. */
const BROAD = {
  text: {
    affinity: { minimumWeight: 0.5, minimumPmi: 0.5, top: 100 },
    neighbours: { top: 100 },
  },
  sequences: {
    affinity: { minimumWeight: 0, minimumPmi: 0, top: 100 },
    neighbours: { top: 100 },
  },
  pairs: {
    affinity: { minimumWeight: 0, minimumPmi: 0, top: 100 },
    neighbours: { top: 100 },
  },
  documents: { neighbours: { top: 100 } },
  vectors: { neighbours: { top: 100 }, training: { tables: 8 } },
} as const;

/** Higher thresholds and shorter lists: what is found is surer, and some items have less. */
const TIGHT = {
  text: {
    affinity: { minimumWeight: 1.7, minimumPmi: 1.5, top: 25 },
    neighbours: { top: 25 },
  },
  sequences: {
    affinity: { minimumWeight: 1, minimumPmi: 1, top: 25 },
    neighbours: { top: 25 },
  },
  // A pair that is given once may be all that there is of an id.
  pairs: {
    affinity: { minimumPmi: 1.5, top: 25 },
    neighbours: { top: 25 },
  },
  documents: { neighbours: { top: 25 } },
  vectors: { neighbours: { top: 25 }, training: { tables: 2 } },
} as const;

export const PRESETS = {
  paper: { says: 'as in the paper', values: () => PAPER },
  broad: { says: 'lower thresholds and longer lists', values: (kind) => BROAD[kind] },
  tight: { says: 'higher thresholds and shorter lists', values: (kind) => TIGHT[kind] },
} as const satisfies Record<string, PresetOf>;

export type Preset = keyof typeof PRESETS;

interface PresetOf {
  /** In words, without a full stop. */
  says: string;
  values: (kind: Configuration['source']['kind']) => PresetValues;
}
