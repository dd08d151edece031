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
