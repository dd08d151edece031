/**
 * Every kind of artifact, in the way of the data. A version is raised by hand when the output changes for the same
 * input; a golden-bytes test holds this. It is part of every artifact's key.
 */
export const STAGES = {
  list: { version: 1, title: 'List the corpus' },
  ingest: { version: 1, title: 'Ingest files to tokens' },
  dictionary: { version: 1, title: 'Merge the dictionaries' },
  common: { version: 1, title: 'Choose the common words' },
  vocabulary: { version: 1, title: 'Choose the vocabulary' },
  count: { version: 1, title: 'Count cooccurrences' },
  merge: { version: 1, title: 'Merge the counts to rows' },
  filter: { version: 1, title: 'Filter to the affinity D' },
  'hold-out': { version: 1, title: 'Hold out pairs' },
  mine: { version: 1, title: 'Mine hard negatives' },
  block: { version: 1, title: 'Train a block' },
  train: { version: 1, title: 'Train the embeddings' },
  binarize: { version: 1, title: 'Binarize to codes' },
  export: { version: 1, title: 'Export the buckets' },
  evaluate: { version: 1, title: 'Evaluate' },
  report: { version: 1, title: 'Write the report' },
  publish: { version: 1, title: 'Publish' },
} as const;

export type StageName = keyof typeof STAGES;

/** The stages a run shows; `common` is made within `vocabulary`, `block` within `train`. */
export const STAGE_NAMES = [
  'list',
  'ingest',
  'dictionary',
  'vocabulary',
  'count',
  'merge',
  'filter',
  'hold-out',
  'mine',
  'train',
  'binarize',
  'export',
  'evaluate',
  'report',
  'publish',
] as const satisfies StageName[];
