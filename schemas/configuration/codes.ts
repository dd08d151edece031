import { z } from 'zod';
import { positiveCount } from './numbers.ts';

/** The two codes of an item that are learned from factors of D. */
export const codesConfiguration = z
  .strictObject({
    bits: z
      .number()
      .int()
      .min(8)
      .max(256)
      .multipleOf(8)
      .default(96)
      .describe('Bits of each of the two codes of an item.'),
    logQ: z
      .number()
      .min(0)
      .max(2)
      .default(1)
      .describe(
        'How much common items lead the answers: 1 finds the most links, less of it finds more ' +
          'of the links of rare items.',
      ),
    steps: positiveCount.max(1_000_000).default(6000).describe('Batches that are learned from.'),
    batch: positiveCount
      .min(8)
      .max(8192)
      .multipleOf(8)
      .default(256)
      .describe('Links in a batch, each told from the others.'),
    cellItems: positiveCount
      .default(64)
      .describe('Items of a cell in the mean; what lies in one cell is one bucket.'),
    drift: z
      .number()
      .min(0)
      .max(1)
      .default(0.1)
      .describe(
        'Items keep the codes of the published version until more than this share of the links ' +
          'that these were learned from has changed. Then, or with run --retrain, all are ' +
          'learned ' +
          'anew. 0: every run learns them.',
      ),
  })
  .prefault({})
  .describe('For training.method als.');

export type CodesConfiguration = z.infer<typeof codesConfiguration>;
