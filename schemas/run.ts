import type { Configuration } from './configuration.ts';
import type { StageName } from './activities.ts';

/** Workflow types, ids and names that the CLI, the workers and the workflows share. */
export const WORKFLOW = {
  reindex: 'reindex',
  append: 'append',
  scheduled: 'scheduled',
  processShards: 'processShards',
  train: 'train',
  sbmExperiment: 'sbmExperiment',
  wordExperiment: 'wordExperiment',
  documentExperiment: 'documentExperiment',
} as const;

export const reindexWorkflowId = (index: string): string => `reindex/${index}`;
export const scheduledWorkflowId = (index: string): string => `scheduled/${index}`;
export const scheduleId = (index: string): string => `hashloom/${index}`;

export const PROGRESS_QUERY = 'progress';

/** Keyword search attributes; a run works without them. */
export const SEARCH_ATTRIBUTES = {
  index: 'HashloomIndex',
  stage: 'HashloomStage',
  version: 'HashloomVersion',
} as const;

/**
 * Input of the workflows `reindex` and `scheduled`. Paths in the configuration are absolute URIs.
 */
export interface ReindexInput {
  configuration: Configuration;
  /** Run every stage, artifacts or not. */
  force: boolean;
  /** Learn all codes anew, however near D is to that of the published version. */
  retrain?: boolean;
  /** Whether the namespace knows the search attributes. */
  searchAttributes: boolean;
}

/** Input of the workflow `append`, which takes the lock of the index as `reindex` does. */
export interface AppendRunInput extends ReindexInput {
  /** The configuration of the version, with the source that is appended. */
  configuration: Configuration;
  /** The version that is changed. */
  version: number;
  /** Whether the source is read, or items are only deleted. */
  hasSource: boolean;
  /** Rarer items of the source get no code. */
  minimumCount: number;
  deleted: string[];
}

/** What an append did, in items. */
export interface AppendChanges {
  added: number;
  replaced: number;
  same: number;
  deleted: number;
  /** Deletions of what was not there. */
  unknown: number;
  /** New to the index, but next to nothing that it knows: left out. */
  withoutNeighbours: number;
  /**
   * New items without lists, which answer by their codes: the store has no more what the version
   * was made from.
   */
  withoutLists: number;
}

export interface StageResult {
  name: StageName;
  /** Every artifact of the stage was there already. */
  cached: boolean;
  seconds: number;
  rows: number;
  bytes: number;
}

export type StageState = 'waiting' | 'running' | 'done';

export interface StageProgress {
  name: StageName;
  state: StageState;
  /** Activities of the stage that are finished, of how many; 0 of 0 while unknown. */
  done: number;
  total: number;
  result?: StageResult;
}

/** A run that misses its gate and waits for somebody to decide. */
export interface WaitingGate {
  misses: string[];
  /** ISO 8601: nobody decided until then: it is refused. */
  until: string;
  /** Where its report lies. */
  report: string;
}

/** Answer of the query `progress`. */
export interface RunProgress {
  index: string;
  stages: StageProgress[];
  /**
   * The child workflow at work, which answers the same query with `done` and `total` of its own.
   */
  child?: string;
  /** There while the run waits at its gate. */
  gate?: WaitingGate;
}

/** Answer of the query `progress` on a child. */
export interface ChildProgress {
  done: number;
  total: number;
  /** The latest figures of its activities, for a person: loss, pairs a second. */
  figures: Record<string, number>;
  /** What a person should know. */
  notice?: string;
}

/** What a heartbeat carries: how far, and the figures a person wants. */
export interface HeartbeatDetails {
  stage: StageName;
  done: number;
  total: number;
  figures: Record<string, number>;
}

export type Metrics = Record<string, number>;

/** The facts of an artifact that are numbers. */
export const numbersOf = (facts: Record<string, unknown>): Metrics =>
  Object.fromEntries(
    Object.entries(facts).filter(
      (entry): entry is [string, number] => typeof entry[1] === 'number',
    ),
  );

/** Result of the workflow `reindex`; with `index` first it is the last line of `run --json`. */
export interface ReindexResult {
  index: string;
  /** Version number of the published index. */
  version: number;
  /** Where that version lies. */
  uri: string;
  /** False when the current version was already this very index. */
  published: boolean;
  workflowId: string;
  runId: string;
  stages: StageResult[];
  metrics: Metrics;
  /** What the corpus was taken without or twice. */
  corpus: CorpusRemarks;
  /** Of an append. */
  changes?: AppendChanges;
}

export interface CorpusRemarks {
  /**
   * Files that could not be read and were left out (`source.badFiles: skip`); the first of them
   * with the reason.
   */
  skippedFiles: number;
  firstSkipped: { uri: string; reason: string }[];
  /** Lines and rows that were left out (`source.badRows: skip`); of the first of them why. */
  skippedRows: number;
  firstSkippedRows: string[];
  /** How often a path or glob named a file that another had named; it was read once. */
  repeatedFiles: number;
  /** Files of Hashloom itself among them, which are left out: of its store, configurations. */
  ownFiles: number;
}
