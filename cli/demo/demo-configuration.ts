/**
 * What `hashloom init` writes for these texts; training alone has values that were chosen for this
 * corpus, and fewer epochs, so that the demo ends in a minute.
 */
export const DEMO_CONFIGURATION = {
  index: 'brown',
  store: './store',
  source: { path: './corpus' },
  vocabulary: { minimumCount: 8, common: 177 },
  affinity: { minimumWeight: 1 },
  training: {
    epochs: 12,
    concentration: 8,
    beta: 0.9,
    lambda: 1,
    temperature: 0.2,
    degreeBalance: 0,
    batchPositives: 2048,
    hardPerPositive: 0.25,
    easyPerPositive: 3,
  },
} as const;

/** Twelve words whose best matches the demo shows at its end. */
export const DEMO_QUERIES = [
  'june',
  'dollars',
  'church',
  'students',
  'music',
  'poetry',
  'wife',
  'hair',
  'court',
  'tax',
  'river',
  'cells',
] as const;

/** What the demo checks of itself. */
export const DEMO_CHECKS = {
  /** Each of the queries gets so many matches. */
  matches: 10,
  /** So many of the queries have a bucket that holds more than themselves. */
  queriesWithItems: 8,
  /** HR@50 is so many times that of shuffled buckets of the same sizes. */
  overShuffled: 10,
} as const;
