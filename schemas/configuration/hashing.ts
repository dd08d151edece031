import { z } from 'zod';
import { DOCUMENT_METHODS } from '../documents.ts';
import { positiveCount } from './numbers.ts';

/** How documents are hashed; training.bits says how long codes are. */
export const hashingConfiguration = z
  .strictObject({
    method: z
      .enum(DOCUMENT_METHODS)
      .default('itq')
      .describe(
        'lsh, itq, sph, sth need no engine, nor do ksh and shttm, which learn from labels; ' +
          's-rbm, vdsh, nash, nash-n, nash-dn, gmsh, bmsh, ammi are learned with tensorflow.',
      ),
    supervised: z
      .boolean()
      .default(false)
      .describe('Learn from labels too; for the methods that are networks.'),
    epochs: positiveCount.default(16),
    batch: positiveCount.optional().describe('Documents in a batch; without it 100, of ammi 256.'),
    hidden: positiveCount.default(500).describe('Width of hidden layers.'),
    encoderLayers: z
      .number()
      .int()
      .min(0)
      .max(2)
      .optional()
      .describe(
        'Hidden layers of the encoder; 0: linear. Without it 0, of vdsh and gmsh 1. The ' +
          'papers have 2.',
      ),
    decoderLayers: z
      .number()
      .int()
      .min(0)
      .max(2)
      .default(0)
      .describe('Hidden layers of the decoder; 0: linear.'),
    dropout: z.number().min(0).max(0.9).default(0.1).describe('Of the last hidden layer.'),
    wordDropout: z
      .number()
      .min(0)
      .max(0.9)
      .optional()
      .describe(
        'Share of the words of a document that the encoder does not see, drawn anew every ' +
          'epoch; without it 0.5, of vdsh and gmsh without labels 0.8, of ammi 0.',
      ),
    rate: z
      .number()
      .positive()
      .optional()
      .describe(
        'Of Adam; x .96 every 10,000 batches. Without it 0.005, of ammi 0.006, of vdsh and ' +
          'gmsh 0.001, of s-rbm 0.003.',
      ),
    components: positiveCount
      .max(1024)
      .default(20)
      .describe('K: components of the mixture of gmsh and bmsh.'),
    binarization: z
      .enum(['stochastic', 'deterministic'])
      .default('stochastic')
      .describe('How nash and bmsh draw bits while they learn.'),
    klWeight: z
      .number()
      .nonnegative()
      .optional()
      .describe(
        'Weight of the Kullback-Leibler terms at the end of their ramp over the first ' +
          'quarter. Without it 0.1, of vdsh and gmsh with labels 1.',
      ),
    entropyWeight: z
      .number()
      .nonnegative()
      .default(2)
      .describe('ammi: weight of the entropy of all codes.'),
    neighbours: positiveCount
      .default(20)
      .describe('ammi: nearest documents, by cosine, one of which is to have the code of each.'),
    labelWeight: z
      .number()
      .nonnegative()
      .default(100)
      .describe('alpha: weight of the cross entropy of labels.'),
    reconstruct: z
      .enum(['words', 'weights'])
      .default('words')
      .describe('The decoder accounts for each distinct word once, or by its weight.'),
    validationShare: z
      .number()
      .min(0)
      .max(0.5)
      .default(0.1)
      .describe('Share of the training documents on which the epoch is chosen; 0: the last epoch.'),
    checkEvery: positiveCount
      .default(2)
      .describe('Epochs between two looks at the validation part, each a checkpoint.'),
  })
  .prefault({})
  .describe('For source.kind documents.');

export type HashingConfiguration = z.infer<typeof hashingConfiguration>;
