import type { StageName } from './stages.ts';

/** Task queues: any number of hosts poll any of them. */
export const QUEUES = {
  /** Workflows and light work. */
  main: 'hashloom',
  /** Everything from the corpus to negatives. */
  etl: 'hashloom-etl',
  /** Training: one slot a device. */
  train: 'hashloom-train',
  /** Binarize, export, evaluate, report. */
  export: 'hashloom-export',
} as const;

export type QueueRole = keyof typeof QUEUES;

export const QUEUE_ROLES = Object.keys(QUEUES) as QueueRole[];

export const QUEUE_OF_STAGE: Record<StageName, QueueRole> = {
  list: 'main',
  ingest: 'etl',
  dictionary: 'etl',
  common: 'etl',
  vocabulary: 'etl',
  group: 'etl',
  count: 'etl',
  merge: 'etl',
  filter: 'etl',
  'hold-out': 'etl',
  mine: 'etl',
  block: 'train',
  survey: 'train',
  train: 'train',
  encode: 'export',
  binarize: 'export',
  'export-plan': 'export',
  'export-range': 'export',
  'export-part': 'export',
  export: 'export',
  append: 'export',
  evaluate: 'export',
  report: 'export',
  publish: 'main',
  weigh: 'etl',
  hasher: 'train',
  'hasher-checkpoint': 'train',
  'encode-documents': 'export',
  'document-trial': 'train',
  trial: 'train',
  yardstick: 'export',
};
