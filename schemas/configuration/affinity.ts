import { z } from 'zod';
import { count, positiveCount } from './numbers.ts';

/** How words that stand near each other are counted. */
export const cooccurrenceConfiguration = z
  .strictObject({
    window: positiveCount
      .max(20)
      .default(10)
      .describe('Words to each side; a pair at distance k weighs 1/k.'),
    groupTokens: positiveCount
      .max(2 ** 28)
      .default(2 ** 22)
      .describe(
        'Tokens of the files that are counted together, a run each: larger groups merge ' +
          'faster, smaller ones spread over more threads.',
      ),
    memoryMiB: positiveCount
      .min(64)
      .default(512)
      .describe(
        'MiB that the threads of a worker share for counting, merging and filtering, ' +
          'beside some 150 that it takes itself; the rows are the same with any.',
      ),
  })
  .prefault({});

/** Which counted pairs are the affinity D. */
export const affinityConfiguration = z
  .strictObject({
    minimumPmi: z
      .number()
      .default(1)
      .describe('Keep pairs whose ln PMI (row- and column-normalized) is at least this.'),
    minimumWeight: z
      .number()
      .nonnegative()
      .default(1)
      .describe(
        'Keep pairs whose summed weight is at least this. 1: to stand side by side once is ' +
          'enough for a link; more gives fewer and surer links, and items without any.',
      ),
    top: positiveCount
      .default(50)
      .describe('At most so many neighbours a word, by weight, before symmetrizing.'),
  })
  .prefault({});

/** Pairs that training does not see. */
export const heldOutConfiguration = z
  .strictObject({
    pairs: count
      .default(20_000)
      .describe(
        'Pairs kept from training to measure what is found of them (at most a tenth of all); ' +
          'so many that a figure is known to a point.',
      ),
  })
  .prefault({});

/** Pairs that are far from each other in D, to be told apart. */
export const negativesConfiguration = z
  .strictObject({
    perRow: positiveCount
      .default(256)
      .describe('Hard negatives mined a word; fewer take less memory.'),
    over: z
      .enum(['rows', 'pairs'])
      .default('rows')
      .describe(
        'rows: so many for every word, uniform within its set; pairs: about as many in ' +
          'all, uniform over all pairs that qualify.',
      ),
  })
  .prefault({});

/** The ranked lists of neighbours that D gives. */
export const neighboursConfiguration = z
  .strictObject({
    top: count
      .max(1000)
      .default(50)
      .describe('Neighbours in each ranked list of an item; 0: no lists are made.'),
    postings: positiveCount
      .max(1_000_000)
      .default(24_000)
      .describe(
        'Links of links that are looked at for an item, rare and strong links first; ' +
          'more find more of the items that are like it, and take longer.',
      ),
    factors: count
      .max(1024)
      .multipleOf(16)
      .default(64)
      .describe(
        'Factors an item that predict further links by weighted least squares, a multiple of ' +
          '16; 0: only links of links tell what is related.',
      ),
    rounds: positiveCount.max(100).default(8).describe('Rounds of least squares, both sides each.'),
    alpha: z
      .number()
      .nonnegative()
      .max(1e6)
      .default(8)
      .describe(
        'Confidence of a link: 1 + alpha ln(1 + weight / median weight); that of all others is 1.',
      ),
    regularization: z
      .number()
      .positive()
      .max(1e6)
      .default(3)
      .describe('What large factors cost: more of it smooths what few links tell.'),
  })
  .prefault({})
  .describe('The ranked lists of neighbours of every item.');
