/** The rest of the demo's configuration is what `hashloom init` writes for its texts. */
export const DEMO_INDEX = { index: 'brown', store: './store', corpus: './corpus' } as const;

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
  /** The answers find so many times what the most linked items do, rare ones as much as common. */
  overPopularity: 4,
} as const;
