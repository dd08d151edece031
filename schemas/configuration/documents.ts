import { z } from 'zod';
import { positiveCount } from './numbers.ts';
import { payloadColumns } from './payload.ts';

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
    payload: payloadColumns,
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

export type DocumentsConfiguration = z.infer<typeof documentsConfiguration>;
