/**
 * Every kind of artifact, in the way of the data. A version is raised by hand when the output
 * changes for the same input; a golden-bytes test holds this. It is part of every artifact's key.
 */
export const STAGES = {
  list: { version: 3, title: 'List the corpus' },
  ingest: { version: 3, title: 'Ingest files to tokens' },
  dictionary: { version: 3, title: 'Merge the dictionaries' },
  common: { version: 2, title: 'Choose the common words' },
  vocabulary: { version: 3, title: 'Choose the vocabulary' },
  group: { version: 2, title: 'Group the files' },
  count: { version: 4, title: 'Count cooccurrences' },
  merge: { version: 4, title: 'Merge the counts to rows' },
  filter: { version: 3, title: 'Filter to the affinity D' },
  'hold-out': { version: 2, title: 'Hold out pairs' },
  mine: { version: 2, title: 'Mine hard negatives' },
  survey: { version: 1, title: 'Survey the codes' },
  block: { version: 5, title: 'Train a block' },
  train: { version: 5, title: 'Train the embeddings' },
  encode: { version: 3, title: 'Encode vectors to codes' },
  binarize: { version: 3, title: 'Binarize to codes' },
  'export-plan': { version: 1, title: 'Plan the export' },
  'export-range': { version: 2, title: 'Export ranges' },
  'export-part': { version: 1, title: 'Export parts' },
  export: { version: 5, title: 'Export the buckets' },
  append: { version: 1, title: 'Append and delete items' },
  evaluate: { version: 5, title: 'Evaluate' },
  report: { version: 1, title: 'Write the report' },
  yardstick: { version: 1, title: 'Measure how hard D is' },
  publish: { version: 1, title: 'Publish' },
  weigh: { version: 2, title: 'Weigh the words of documents' },
  hasher: { version: 2, title: 'Learn the hash function' },
  'hasher-checkpoint': { version: 2, title: 'Checkpoint of a hash function' },
  'encode-documents': { version: 1, title: 'Encode documents to codes' },
  'document-trial': { version: 3, title: 'Trial of a hash function' },
  trial: { version: 3, title: 'Trial on the stochastic block model' },
} as const;

export type StageName = keyof typeof STAGES;

/**
 * The stages a run shows; `common` is made within `vocabulary`, `group` within `count`, `block` and
 * `survey` within `train`, plan, ranges and parts within `export`; `trial` and `yardstick` belong
 * to experiments.
 */
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

/** The stages of a run over vectors. */
export const VECTOR_STAGE_NAMES = [
  'list',
  'encode',
  'export',
  'report',
  'publish',
] as const satisfies StageName[];

/** The stages of a run over documents. */
export const DOCUMENT_STAGE_NAMES = [
  'list',
  'ingest',
  'weigh',
  'hasher',
  'encode-documents',
  'export',
  'report',
  'publish',
] as const satisfies StageName[];

/** The stages of a run, by what its source holds. */
export function stageNamesOf(kind: string): readonly StageName[] {
  return kind === 'vectors'
    ? VECTOR_STAGE_NAMES
    : kind === 'documents'
      ? DOCUMENT_STAGE_NAMES
      : STAGE_NAMES;
}

/** The stages of an append: of a source of words or ids, of one of vectors, of deletions alone. */
export const APPEND_STAGE_NAMES = {
  votes: ['list', 'ingest', 'dictionary', 'append', 'publish'],
  encoded: ['list', 'append', 'publish'],
  deletions: ['append', 'publish'],
} as const satisfies Record<string, StageName[]>;
