import { z } from 'zod';
import { count, positiveCount } from './numbers.ts';

/** What a lookup reads. */
export const bucketsConfiguration = z
  .strictObject({
    maximumSize: count
      .default(0)
      .describe(
        'A lookup gives no bucket of more items: it says how many there are and answers ' +
          'from the other tables. 0: any size.',
      ),
    settle: z
      .boolean()
      .default(true)
      .describe(
        'Words: one that training left alone with all its codes takes the code that most ' +
          'of its neighbours have; then each code that is still alone, likewise. false: ' +
          'codes are signs of embeddings and nothing else.',
      ),
  })
  .prefault({})
  .describe('What a lookup reads.');

/** How the index is written. */
export const exportConfiguration = z
  .strictObject({
    memoryMiB: positiveCount
      .min(16)
      .default(512)
      .describe(
        'About what a range of items or codes may take while the index is exported; a ' +
          'larger index is exported in more ranges.',
      ),
  })
  .prefault({});
