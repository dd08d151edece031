/** Every metric of an index: 1 where more is better, -1 where less is, 0 where neither is. */
export const METRICS = {
  precision: 1,
  recall: 1,
  f1: 1,
  emptyShare: -1,
  retrieved: 0,
  wp: 1,
  wpFirst: 1,
  hr50: 1,
  hr500: 1,
  map500: 1,
  precision100: 1,
  recall2: 1,
  kendallTau: 1,
  mahp250: 1,
  shuffledPrecision: 0,
  shuffledRecall: 0,
  shuffledF1: 0,
  shuffledWp: 0,
  shuffledWpFirst: 0,
  shuffledHr50: 0,
  shuffledHr500: 0,
  precisionAt100: 1,
  precisionAt100Plain: 0,
  empty: -1,
  buckets: 0,
  clusters: 0,
  singletons: 0,
  meanBucket: 0,
  medianBucket: 0,
  bucketP90: -1,
  bucketP99: -1,
  largestBucket: -1,
  bucketsOverCap: -1,
  itemsOverCap: -1,
  bitImbalance: -1,
  worstBitImbalance: -1,
  bitEntropy: 1,
  codeEntropyBits: 1,
  items: 1,
  queries: 0,
  heldOutPairs: 0,
  wordQueries: 0,
  neighbourQueries: 0,
} as const;

/** Those that follow from the codes of the items alone. */
export const ITEM_METRICS = [
  'buckets',
  'clusters',
  'singletons',
  'meanBucket',
  'medianBucket',
  'bucketP90',
  'bucketP99',
  'largestBucket',
  'bitImbalance',
  'worstBitImbalance',
  'codeEntropyBits',
  'items',
] as const satisfies (keyof typeof METRICS)[];

export type MetricName = keyof typeof METRICS;

export const METRIC_NAMES = Object.keys(METRICS) as MetricName[];

/** 0 for a name that is no metric. */
export function metricDirection(name: string): -1 | 0 | 1 {
  return (METRICS as Record<string, -1 | 0 | 1 | undefined>)[name] ?? 0;
}
