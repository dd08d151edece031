import { z } from 'zod';
import { positiveCount } from './numbers.ts';

/** The losses; each is a file in hashers/losses/. */
export const LOSS_NAMES = ['lse', 'cos', 'dch', 'dhn', 'dhn-power', 'dhn-inner'] as const;

/** How codes come about: from factors of D, or from embeddings that are trained with a loss. */
export const TRAINING_METHODS = ['als', ...LOSS_NAMES] as const;

/** How embeddings are learned: the loss, its weights, batches, rounds. */
export const trainingConfiguration = z
  .strictObject({
    method: z
      .enum(TRAINING_METHODS)
      .default('als')
      .describe(
        'als: two codes an item, learned from factors of D in seconds (codes says how; the ' +
          'other values here are for losses). Or a loss over pairs of embeddings, whose codes ' +
          'become equal: lse, cos, dch; dhn is sigma(K c), dhn-power sigma(5 c)^K, ' +
          'dhn-inner sigma(K u.v), for one table.',
      ),
    engine: z
      .enum(['wasm', 'tensorflow'])
      .default('wasm')
      .describe(
        'wasm: the CPU, nothing to set up. tensorflow: CPU or GPU, after hashloom setup ' +
          'tensorflow.',
      ),
    tables: positiveCount.max(8).default(3).describe('L: embeddings, codes and tables a word.'),
    bits: z
      .number()
      .int()
      .min(8)
      .max(256)
      .multipleOf(8)
      .default(32)
      .describe('d: dimensions of an embedding, bits of a code.'),
    epochs: positiveCount.default(20),
    concentration: z.number().positive().default(16).describe('K.'),
    beta: z.number().nonnegative().default(16).describe('Weight of negatives.'),
    betaOn: z
      .enum(['all', 'hard'])
      .default('all')
      .describe('beta on all negatives or on hard ones alone.'),
    degreeBalance: z
      .number()
      .min(0)
      .max(1)
      .default(1)
      .describe(
        'Negatives of a word with n links weigh beta (16 / n)^degreeBalance. 0, the paper: ' +
          'words with many links are pushed apart hardest; 1: the negatives of every word ' +
          'weigh the same together.',
      ),
    lambda: z
      .number()
      .nonnegative()
      .default(0.3)
      .describe('Weight of the quantization loss at the end of its ramp.'),
    lambdaRamp: z.boolean().default(true).describe('lambda grows linearly from 0 over the run.'),
    temperature: z
      .number()
      .nonnegative()
      .default(0.03)
      .describe(
        'Share of the gradient over the L x L cosines of positives, falling to 0 at two ' +
          'thirds; 0: hard max.',
      ),
    dropout: z
      .number()
      .min(0)
      .max(0.9)
      .default(0)
      .describe('One mask a batch, shared by both sides of a pair and all embeddings.'),
    batchPositives: positiveCount.default(8192),
    hardPerPositive: z.number().nonnegative().default(1),
    easyPerPositive: z.number().nonnegative().default(2),
    bucketPerPositive: z
      .number()
      .nonnegative()
      .default(0)
      .describe(
        'Negatives a positive from the items that share a bucket with its word, from ' +
          'bucketFrom of the run on.',
      ),
    bucketFrom: z.number().min(0).max(1).default(0.6),
    optimizer: z
      .enum(['adam', 'rmsprop'])
      .default('adam')
      .describe(
        'adam: moments of a row move only when it is touched; rmsprop: rho .9, no momentum.',
      ),
    rate: z
      .number()
      .positive()
      .default(0.04)
      .describe('Step of the optimizer on summed gradients; falls linearly.'),
    rateFloor: z
      .number()
      .min(0)
      .max(1)
      .default(0.02)
      .describe('What the rate falls to over the run, as a share of it.'),
    rowBlocks: positiveCount
      .max(256)
      .default(16)
      .describe(
        'Groups of rows that meet within a visit, so that threads can share it; 1: batches ' +
          'over all rows, one thread.',
      ),
    partitions: positiveCount
      .max(1024)
      .default(1)
      .describe('P: blocks that share no partition train at the same time.'),
    epochsPerRound: positiveCount.default(1).describe('Epochs between two checkpoints.'),
    warmStart: z
      .enum(['none', 'published'])
      .default('none')
      .describe(
        'published: embeddings begin as those of the published version, for the words it knows.',
      ),
    stopOn: z
      .enum(['none', 'f1', 'hitRate'])
      .default('none')
      .describe(
        'Ends training early, once this figure of the survey between rounds (F1 against ' +
          'the training D; share of held-out pairs that share a code) rises no more.',
      ),
    patience: positiveCount.default(5).describe('Rounds without a new best before training ends.'),
  })
  .prefault({});

export type TrainingConfiguration = z.infer<typeof trainingConfiguration>;

/** Of embeddings that are trained with a loss. */
export type PairwiseTraining = Omit<TrainingConfiguration, 'method'> & {
  method: (typeof LOSS_NAMES)[number];
};

/** The values of `training` where embeddings are trained: with a loss, LSE where none is named. */
export const pairwiseTraining = trainingConfiguration
  .unwrap()
  .extend({ method: z.enum(LOSS_NAMES).default('lse') });

/** Whether embeddings are trained at all. */
export const isPairwise = (training: TrainingConfiguration): training is PairwiseTraining =>
  training.method !== 'als';
