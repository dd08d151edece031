import { z } from 'zod';
import { count, positiveCount } from './numbers.ts';

/** How text comes apart into words. */
export const tokensConfiguration = z
  .strictObject({
    minimumLength: positiveCount
      .default(1)
      .describe('Shorter words are dropped (they keep their place in the window).'),
    maximumLength: positiveCount.max(256).default(64).describe('Longer words are dropped.'),
    numbers: z.boolean().default(false).describe('Keep tokens that begin with a digit.'),
    apostrophes: z
      .boolean()
      .default(true)
      .describe("An apostrophe within a word belongs to it: don't."),
    sentences: z.boolean().default(false).describe('Windows end with the sentence.'),
  })
  .prefault({})
  .describe('The tokeniser.');

/** Which words become items. */
export const vocabularyConfiguration = z
  .strictObject({
    minimumCount: positiveCount.default(10).describe('Rarer words are dropped.'),
    common: count
      .default(200)
      .describe('So many of the most common words are dropped before counting.'),
    commonShare: z
      .number()
      .positive()
      .max(1)
      .default(1)
      .describe('Words in more than this share of the documents are dropped too.'),
    maximumSize: positiveCount
      .default(1_000_000)
      .describe('At most so many words, the most common ones.'),
    commonDrift: z
      .number()
      .min(0)
      .max(1)
      .default(0.1)
      .describe(
        'The list of common words of the published version is kept until more than this ' +
          'share of it has changed.',
      ),
    memoryMiB: positiveCount
      .min(16)
      .default(512)
      .describe(
        'MiB for merging the dictionaries of the files; beyond, sorted runs are written to ' +
          'disk. The result is the same with any.',
      ),
  })
  .prefault({});
