/**
 * Ways of answering, by the name that metrics, tables and gates have for them, with what a reader
 * is told of each. A further way is a line here and a line where it is measured.
 */
export const WAYS = {
  query: 'query: ranked lists',
  given: 'what was given',
  exact: 'all, by the exact cosine',
  vectors: 'all, by the dense embeddings',
  codes: 'all, by Hamming distance of codes',
  buckets: 'lookup: buckets',
  shuffledBuckets: 'the same buckets filled at random',
  als: 'all, by factors (ALS, x . y)',
  cells: 'k-means cells',
  adamicAdar: 'shared links (Adamic, Adar)',
  popularity: 'the same most common answers to all',
} as const;

export type WayName = keyof typeof WAYS;

export const isWayName = (name: string): name is WayName => Object.hasOwn(WAYS, name);
