import type { QueueRole } from './queues.ts';

/** Runs that show their stages, by what they work on. */
export type RunKind =
  | 'words'
  /** Of codes that are learned from factors of D. */
  | 'coded-words'
  | 'vectors'
  | 'documents'
  | 'append-words'
  | 'append-encoded'
  | 'append-deletions';

interface StageRow {
  /**
   * It is raised by hand when the output changes for the same input; a golden-bytes test holds
   * this. It is part of every artifact's key.
   */
  version: number;
  title: string;
  queue: QueueRole;
  /** The runs that show it; a stage that none shows is part of another, or of an experiment. */
  shownIn?: readonly RunKind[];
  /** It has a child workflow of its own, though no activity of it is sharded. */
  hasChild?: boolean;
}

const WORDS = ['words', 'coded-words'] as const;
const TRAINED = ['words'] as const;
const DOCUMENTS = ['documents'] as const;
const REINDEX = [...WORDS, 'documents', 'vectors'] as const;
const APPEND = ['append-words', 'append-encoded', 'append-deletions'] as const;

/** Every kind of artifact: a row each, in the way of the data. */
export const STAGES = {
  list: {
    version: 3,
    title: 'List the corpus',
    queue: 'main',
    shownIn: [...REINDEX, 'append-words', 'append-encoded'],
  },
  ingest: {
    version: 3,
    title: 'Ingest files to tokens',
    queue: 'etl',
    shownIn: [...WORDS, 'documents', 'append-words'],
  },
  dictionary: {
    version: 3,
    title: 'Merge the dictionaries',
    queue: 'etl',
    shownIn: [...WORDS, 'append-words'],
  },
  common: { version: 2, title: 'Choose the common words', queue: 'etl' },
  vocabulary: { version: 3, title: 'Choose the vocabulary', queue: 'etl', shownIn: WORDS },
  group: { version: 2, title: 'Group the files', queue: 'etl' },
  count: { version: 4, title: 'Count cooccurrences', queue: 'etl', shownIn: WORDS },
  merge: { version: 4, title: 'Merge the counts to rows', queue: 'etl', shownIn: WORDS },
  filter: { version: 3, title: 'Filter to the affinity D', queue: 'etl', shownIn: WORDS },
  'hold-out': { version: 2, title: 'Hold out pairs', queue: 'etl', shownIn: WORDS },
  'factor-step': { version: 1, title: 'Factorize ranges of rows', queue: 'etl' },
  factors: { version: 1, title: 'Factorize D', queue: 'etl', shownIn: WORDS },
  relate: { version: 2, title: 'List the neighbours', queue: 'etl', shownIn: WORDS },
  mine: { version: 2, title: 'Mine hard negatives', queue: 'etl', shownIn: TRAINED },
  'two-codes': {
    version: 1,
    title: 'Learn the codes',
    queue: 'train',
    shownIn: ['coded-words'],
  },
  survey: { version: 1, title: 'Survey the codes', queue: 'train' },
  block: { version: 5, title: 'Train a block', queue: 'train' },
  train: {
    version: 5,
    title: 'Train the embeddings',
    queue: 'train',
    shownIn: TRAINED,
    hasChild: true,
  },
  weigh: {
    version: 2,
    title: 'Weigh the words of documents',
    queue: 'etl',
    shownIn: DOCUMENTS,
  },
  'relate-documents': {
    version: 1,
    title: 'List the nearest documents',
    queue: 'etl',
    shownIn: DOCUMENTS,
  },
  hasher: { version: 2, title: 'Learn the hash function', queue: 'train', shownIn: DOCUMENTS },
  'hasher-checkpoint': {
    version: 2,
    title: 'Checkpoint of a hash function',
    queue: 'train',
  },
  'encode-documents': {
    version: 1,
    title: 'Encode documents to codes',
    queue: 'export',
    shownIn: DOCUMENTS,
  },
  encode: {
    version: 3,
    title: 'Encode vectors to codes',
    queue: 'export',
    shownIn: ['vectors'],
  },
  cells: {
    version: 1,
    title: 'Put the vectors in cells',
    queue: 'export',
    shownIn: ['vectors', 'documents'],
  },
  'relate-vectors': {
    version: 1,
    title: 'List the nearest vectors',
    queue: 'export',
    shownIn: ['vectors'],
  },
  binarize: { version: 3, title: 'Binarize to codes', queue: 'export', shownIn: TRAINED },
  'export-plan': { version: 1, title: 'Plan the export', queue: 'export' },
  'export-range': { version: 2, title: 'Export ranges', queue: 'export' },
  'export-part': { version: 1, title: 'Export parts', queue: 'export' },
  export: { version: 7, title: 'Export the buckets', queue: 'export', shownIn: REINDEX },
  append: { version: 1, title: 'Append and delete items', queue: 'export', shownIn: APPEND },
  evaluate: { version: 5, title: 'Evaluate', queue: 'export', shownIn: WORDS },
  answers: { version: 1, title: 'Measure the answers', queue: 'export', shownIn: REINDEX },
  report: { version: 2, title: 'Write the report', queue: 'export', shownIn: REINDEX },
  publish: {
    version: 1,
    title: 'Publish',
    queue: 'main',
    shownIn: [...REINDEX, ...APPEND],
  },
  yardstick: { version: 1, title: 'Measure how hard D is', queue: 'export' },
  'document-trial': { version: 3, title: 'Trial of a hash function', queue: 'train' },
  trial: { version: 3, title: 'Trial on the stochastic block model', queue: 'train' },
} as const satisfies Record<string, StageRow>;

export type StageName = keyof typeof STAGES;

export interface ActivityRow {
  stage: StageName;
  /** The folder of activities/ that its file lies in, which is named as it is. */
  chapter: string;
  /** How long it may take, and how often it is tried: workflows/run-activity.ts. */
  profile: 'light' | 'heavy';
  /** A child workflow runs it for every range of what it works on. */
  sharded?: boolean;
}

/** Every activity: a row each, by the stage that it is part of. */
export const ACTIVITIES = {
  list: { stage: 'list', chapter: 'corpus', profile: 'heavy' },
  ingest: { stage: 'ingest', chapter: 'corpus', profile: 'heavy', sharded: true },
  mergeDictionaries: { stage: 'dictionary', chapter: 'words', profile: 'heavy' },
  chooseVocabulary: { stage: 'vocabulary', chapter: 'words', profile: 'heavy' },
  groupFiles: { stage: 'group', chapter: 'affinity', profile: 'heavy' },
  count: { stage: 'count', chapter: 'affinity', profile: 'heavy', sharded: true },
  merge: { stage: 'merge', chapter: 'affinity', profile: 'heavy', sharded: true },
  sumMarginals: { stage: 'merge', chapter: 'affinity', profile: 'heavy' },
  filter: { stage: 'filter', chapter: 'affinity', profile: 'heavy', sharded: true },
  symmetrize: { stage: 'filter', chapter: 'affinity', profile: 'heavy' },
  holdOut: { stage: 'hold-out', chapter: 'affinity', profile: 'heavy' },
  mine: { stage: 'mine', chapter: 'affinity', profile: 'heavy', sharded: true },
  resumeFactors: { stage: 'factors', chapter: 'factors', profile: 'light' },
  factorize: { stage: 'factor-step', chapter: 'factors', profile: 'heavy', sharded: true },
  dropHalfSteps: { stage: 'factor-step', chapter: 'factors', profile: 'light' },
  finishFactors: { stage: 'factors', chapter: 'factors', profile: 'heavy' },
  findPublishedCodes: { stage: 'two-codes', chapter: 'factors', profile: 'heavy' },
  keepCodes: { stage: 'two-codes', chapter: 'factors', profile: 'heavy' },
  learnCodes: { stage: 'two-codes', chapter: 'factors', profile: 'heavy' },
  relate: { stage: 'relate', chapter: 'affinity', profile: 'heavy', sharded: true },
  findWarmStart: { stage: 'train', chapter: 'training', profile: 'light' },
  resumeTraining: { stage: 'train', chapter: 'training', profile: 'heavy' },
  survey: { stage: 'survey', chapter: 'training', profile: 'heavy' },
  trainBlock: { stage: 'block', chapter: 'training', profile: 'heavy' },
  dropCheckpoints: { stage: 'train', chapter: 'training', profile: 'light' },
  finishTraining: { stage: 'train', chapter: 'training', profile: 'heavy' },
  binarize: { stage: 'binarize', chapter: 'training', profile: 'heavy' },
  weighDocuments: { stage: 'weigh', chapter: 'documents', profile: 'heavy' },
  relateDocuments: {
    stage: 'relate-documents',
    chapter: 'documents',
    profile: 'heavy',
    sharded: true,
  },
  learnHasher: { stage: 'hasher', chapter: 'documents', profile: 'heavy' },
  encodeDocuments: { stage: 'encode-documents', chapter: 'documents', profile: 'heavy' },
  buildOutputCells: { stage: 'cells', chapter: 'documents', profile: 'heavy' },
  encodeVectors: { stage: 'encode', chapter: 'vectors', profile: 'heavy' },
  buildCells: { stage: 'cells', chapter: 'vectors', profile: 'heavy' },
  relateVectors: {
    stage: 'relate-vectors',
    chapter: 'vectors',
    profile: 'heavy',
    sharded: true,
  },
  planExport: { stage: 'export-plan', chapter: 'index', profile: 'heavy' },
  exportRange: { stage: 'export-range', chapter: 'index', profile: 'heavy', sharded: true },
  exportPart: { stage: 'export-part', chapter: 'index', profile: 'heavy', sharded: true },
  exportBuckets: { stage: 'export', chapter: 'index', profile: 'heavy' },
  append: { stage: 'append', chapter: 'append', profile: 'heavy' },
  describeVersion: { stage: 'publish', chapter: 'versions', profile: 'light' },
  evaluate: { stage: 'evaluate', chapter: 'quality', profile: 'heavy' },
  measureAnswers: { stage: 'answers', chapter: 'quality', profile: 'heavy' },
  measureNearDocuments: { stage: 'answers', chapter: 'quality', profile: 'heavy' },
  measureNearVectors: { stage: 'answers', chapter: 'quality', profile: 'heavy' },
  report: { stage: 'report', chapter: 'quality', profile: 'heavy' },
  publish: { stage: 'publish', chapter: 'versions', profile: 'heavy' },
  measureAffinity: { stage: 'yardstick', chapter: 'affinity', profile: 'heavy' },
  documentTrial: { stage: 'document-trial', chapter: 'experiments', profile: 'heavy' },
  sbmTrial: { stage: 'trial', chapter: 'experiments', profile: 'heavy' },
} as const satisfies Record<string, ActivityRow>;

export type ActivityName = keyof typeof ACTIVITIES;

export const ACTIVITY_NAMES = Object.keys(ACTIVITIES) as ActivityName[];

/** Activities that work on a range of files, groups or rows each. */
export type ShardActivity = {
  [Name in ActivityName]: (typeof ACTIVITIES)[Name] extends { sharded: true } ? Name : never;
}[ActivityName];

export const stageRow = (stage: StageName): StageRow => STAGES[stage];

export const activityRow = (activity: ActivityName): ActivityRow => ACTIVITIES[activity];

/** The stage that an activity is part of, with its title and queue. */
export const stageOf = (activity: ActivityName): StageRow => STAGES[ACTIVITIES[activity].stage];
