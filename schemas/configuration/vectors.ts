import { z } from 'zod';
import { positiveCount } from './numbers.ts';
import { payloadColumns } from './payload.ts';

/** How ready-made vectors are hashed. */
export const vectorsConfiguration = z
  .strictObject({
    method: z
      .enum(['lsh', 'itq'])
      .default('lsh')
      .describe(
        'lsh: random hyperplanes (SimHash). itq: principal components, turned so that ' +
          'signs lose least; needs as many dimensions as bits.',
      ),
    id: z
      .string()
      .min(1)
      .default('id')
      .describe(
        'Column of ids (int64, int32 or string); without it the number of the row is the id.',
      ),
    vector: z.string().min(1).default('vector').describe('Column of vectors.'),
    payload: payloadColumns,
    sample: positiveCount
      .max(100_000)
      .default(8192)
      .describe('Vectors that itq and the mean are learned from.'),
  })
  .prefault({})
  .describe(
    'For source.kind vectors; training.tables and training.bits say how many codes and how long.',
  );
