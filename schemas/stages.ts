/**
 * The stages in the way of the data. A stage's version is raised by hand when its output changes for the same input;
 * a golden-bytes test holds this. The version is part of every artifact's key.
 */
export const STAGES = {
  list: { version: 1, title: 'List the corpus' },
  ingest: { version: 1, title: 'Ingest files to tokens' },
  common: { version: 1, title: 'Choose the common words' },
  count: { version: 1, title: 'Count cooccurrences' },
  vocabulary: { version: 1, title: 'Merge the vocabulary' },
  merge: { version: 1, title: 'Merge the counts to rows' },
  filter: { version: 1, title: 'Filter to the affinity D' },
  'hold-out': { version: 1, title: 'Hold out pairs' },
  mine: { version: 1, title: 'Mine hard negatives' },
  train: { version: 1, title: 'Train the embeddings' },
  binarize: { version: 1, title: 'Binarize to codes' },
  export: { version: 1, title: 'Export the buckets' },
  evaluate: { version: 1, title: 'Evaluate' },
  publish: { version: 1, title: 'Publish' },
} as const;

export type StageName = keyof typeof STAGES;

export const STAGE_NAMES = Object.keys(STAGES) as StageName[];
