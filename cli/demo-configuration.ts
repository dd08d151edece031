/** What differs from the defaults for a corpus of a million words. */
export const DEMO_CONFIGURATION = {
  index: 'brown',
  store: './store',
  source: { path: './corpus', format: 'text' },
  training: {},
} as const;

/** Twelve words whose buckets the demo shows at its end. */
export const DEMO_QUERIES = [
  'king',
  'doctor',
  'river',
  'church',
  'army',
  'music',
  'school',
  'blood',
  'cattle',
  'horse',
  'court',
  'steel',
] as const;

/** What the demo checks of itself. */
export const DEMO_CHECKS = {
  /** So many of the queries have a bucket that holds more than themselves. */
  queriesWithItems: 8,
  /** HR@50 is so many times that of shuffled buckets of the same sizes. */
  overShuffled: 10,
} as const;
