import { z } from 'zod';

const positiveCount = z.number().int().positive();

/** Every way to hash documents, in the order of the results' tables. */
export const DOCUMENT_METHODS = [
  'lsh',
  'itq',
  'sph',
  'sth',
  's-rbm',
  'ksh',
  'shttm',
  'vdsh',
  'nash',
  'nash-n',
  'nash-dn',
  'gmsh',
  'bmsh',
  'ammi',
] as const;
export type DocumentMethod = (typeof DOCUMENT_METHODS)[number];

/** Those that are networks of a latent variable, which may learn from labels too. */
export const NETWORK_METHODS = [
  'vdsh',
  'nash',
  'nash-n',
  'nash-dn',
  'gmsh',
  'bmsh',
  'ammi',
] as const satisfies DocumentMethod[];

/** Those that always learn from labels. */
export const LABEL_METHODS = ['ksh', 'shttm'] as const satisfies DocumentMethod[];

export function isLabelMethod(method: DocumentMethod): method is (typeof LABEL_METHODS)[number] {
  return LABEL_METHODS.some((name) => name === method);
}

export function isNetworkMethod(
  method: DocumentMethod,
): method is (typeof NETWORK_METHODS)[number] {
  return NETWORK_METHODS.some((name) => name === method);
}

/** Whether the engine `tensorflow` is what trains it. */
export function needsTensorflow(method: DocumentMethod): boolean {
  return method === 's-rbm' || isNetworkMethod(method);
}

/** What is taken of documents, and how their words are weighed. */
export const documentsConfiguration = z
  .strictObject({
    id: z
      .string()
      .min(1)
      .default('id')
      .describe('Field or column of ids. In a folder the id is the last two parts of the path.'),
    title: z
      .string()
      .default('')
      .describe('A second field or column of text, put before the first; empty: none.'),
    labels: z
      .string()
      .default('')
      .describe(
        'Field or column of labels, a text or a list; empty: none. In a folder it is the ' +
          'name of the folder.',
      ),
    split: z
      .string()
      .default('')
      .describe(
        'Field or column that says which part a document belongs to; empty: all are training ' +
          'documents, but see testEvery.',
      ),
    training: z
      .string()
      .min(1)
      .default('train')
      .describe('The value of split of the documents that are learned from.'),
    test: z
      .string()
      .min(1)
      .default('test')
      .describe(
        'The value of split of test documents. Documents with any other value are left out ' +
          'and counted.',
      ),
    testEvery: z
      .number()
      .int()
      .min(0)
      .default(0)
      .describe('Without split: ids that are multiples of it are test documents; 0: none.'),
    testShare: z
      .number()
      .min(0)
      .max(0.9)
      .default(0)
      .describe(
        'Such a share of the documents, drawn by their ids, are the test part, whatever ' +
          'split says of those that it keeps; 0: as split or testEvery says.',
      ),
    frequentLabels: z
      .number()
      .int()
      .min(0)
      .default(0)
      .describe(
        'Only so many labels, those of most documents, are kept, and documents that have ' +
          'one; 0: all.',
      ),
    labelSets: z
      .enum(['fail', 'shared'])
      .default('fail')
      .describe(
        'Labels that one part alone has: stop; shared: drop them, and documents that have no ' +
          'other.',
      ),
    terms: z
      .string()
      .default('')
      .describe(
        'For Parquet with ready-made vectors: the column of term ids (list of integers) in ' +
          'place of text.',
      ),
    weights: z
      .string()
      .default('weights')
      .describe('The column of their weights (list of float or double).'),
    vectorWeights: z
      .enum(['given', 'idf'])
      .default('given')
      .describe(
        'Ready-made vectors: as they are, or times idf and to length 1 as the words of texts.',
      ),
    payload: z
      .string()
      .default('')
      .describe(
        'Field or column of texts that answers bring along, a title or a URL (at most 1,024 ' +
          'bytes of UTF-8 each); empty: none.',
      ),
    clean: z
      .array(z.enum(['headers', 'most-headers', 'quotes', 'signatures']))
      .default([])
      .describe(
        'Parts of newsgroup messages that are taken out; most-headers: all but From and Subject.',
      ),
    stopWords: z.enum(['none', 'english']).default('english'),
    minimumDocuments: positiveCount
      .default(3)
      .describe('Words in fewer training documents are dropped.'),
    maximumShare: z
      .number()
      .positive()
      .max(1)
      .default(0.5)
      .describe('Words in more than this share of the training documents are dropped.'),
    maximumTerms: positiveCount
      .max(1_000_000)
      .default(10_000)
      .describe('At most so many words: those in most training documents.'),
    frequency: z
      .enum(['count', 'log', 'binary'])
      .default('log')
      .describe('tf: the count, 1 + ln of it, or 1.'),
  })
  .refine(({ testEvery, testShare }) => testEvery === 0 || testShare === 0, {
    path: ['testShare'],
    error: 'set one of testEvery and testShare',
  })
  .prefault({})
  .describe('For source.kind documents.');

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

export type DocumentsConfiguration = z.infer<typeof documentsConfiguration>;
export type HashingConfiguration = z.infer<typeof hashingConfiguration>;
