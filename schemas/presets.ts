import type { Configuration } from './configuration.ts';

/** Values of the configuration that go together, by section. What is not named has its default. */
export type PresetValues = Readonly<
  Record<string, Readonly<Record<string, string | number | boolean>>>
>;

/**
 * "Semantic Hashing with Locality Sensitive Embeddings", section 4.3 and Table 3, as far as the
 * paper states its settings: LSE with K 8, beta 4, lambda .3 throughout, L 3, d 32, the hard max,
 * batches of 8192 positives, 8192 hard and 16,384 easy negatives, 100 epochs. Codes are the signs
 * of embeddings alone. What it takes from the defaults of today stands here too, so that it stays.
 *
 * It departs from the paper, or fills what the paper leaves open, in this:
 *
 * - Lambda weighs the mean of log cosh(|u| - 1) over the d dimensions; equation 3 sums them, so .3
 *   here is .3 / 32 there.
 * - Of the L embeddings of an item, r counts for the one alone that has the largest cosine of the
 *   pair, once a pair, whatever beta weighs it; equation 4 has r of the item.
 * - There is no dropout: the paper gives no rate. Where `dropout` is set, one mask is drawn a task,
 *  which is a batch; the paper shares one between the 2L embeddings of a pair. It hides values from
 *   the cosine, not from r.
 * - Rows fall into 16 groups, anew in each sweep, and a batch is the pairs between two of them, a
 *   thousand positives or so, with negatives from these rows alone: as many steps a row as batches
 *   over all rows would make. `rowBlocks: 1` gives batches over all rows, on one thread.
 * - Negatives are drawn for the left word of each positive: a hard one out of at most 256 that were
 *   mined for the word, none where these are in other groups, and two easy ones. An easy one that D
 *   links to the word is drawn again; the paper takes pairs at random and assumes that they are not
 *   linked.
 * - Held-out pairs are no pairs of the D that negatives are drawn by, so they may be drawn as
 *   such: of the pairs held out of 75 books, 77% have a common neighbour and count as hard.
 * - The optimizer, of which the paper says nothing, is Adam on the summed gradient of a batch, its
 *   rate falling from .04 to 2% of it, moments moving with their rows alone; E begins as
 *   N(0, .05^2), a cosine beyond 1 - 1e-6 has the slope of that one, and 1 - p is at least .001.
 * - D: 200 common words, ln PMI of 1 and weight of 1.7 are what is meant here by extremely common
 *   terms and by atypical pairs.
 */
const PAPER = {
  cooccurrence: { window: 10 },
  vocabulary: { common: 200 },
  affinity: { minimumPmi: 1, minimumWeight: 1.7, top: 100 },
  negatives: { perRow: 256, over: 'rows' },
  training: {
    method: 'lse',
    tables: 3,
    bits: 32,
    epochs: 100,
    concentration: 8,
    beta: 4,
    betaOn: 'all',
    degreeBalance: 0,
    lambda: 0.3,
    lambdaRamp: false,
    temperature: 0,
    dropout: 0,
    batchPositives: 8192,
    hardPerPositive: 1,
    easyPerPositive: 2,
    bucketPerPositive: 0,
    optimizer: 'adam',
    rate: 0.04,
    rateFloor: 0.02,
    rowBlocks: 16,
  },
  buckets: { settle: false },
} as const;

/** Lower thresholds and longer lists: more is found, and more of it is far-fetched. */
const BROAD = {
  text: {
    affinity: { minimumWeight: 0.5, top: 100 },
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
