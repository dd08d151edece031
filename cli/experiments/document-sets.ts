import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { configuration } from '../../schemas/configuration.ts';
import type { DocumentSet } from '../../schemas/document-experiment.ts';

/** How each data set of the papers is read; counts are in docs/results/documents.md. */
const SETS: Record<string, { file: string; documents: Record<string, unknown> }> = {
  '20news': {
    file: '20news.jsonl.gz',
    documents: { labels: 'labels', split: 'split', clean: ['headers'] },
  },
  '20news-random': {
    file: '20news.jsonl.gz',
    documents: { labels: 'labels', split: 'split', clean: ['most-headers'], testShare: 0.4 },
  },
  reuters: {
    file: 'reuters21578.jsonl.gz',
    documents: { title: 'title', labels: 'labels', split: 'split', labelSets: 'shared' },
  },
  'reuters-20': {
    file: 'reuters21578.jsonl.gz',
    documents: {
      title: 'title',
      labels: 'labels',
      split: 'split',
      frequentLabels: 20,
      testShare: 0.2,
    },
  },
  tmc: {
    file: 'tmc2007-500.parquet',
    documents: {
      labels: 'labels',
      terms: 'terms',
      testEvery: 5,
      labelSets: 'shared',
      vectorWeights: 'idf',
    },
  },
  rcv1: {
    file: 'rcv1-subset1.parquet',
    documents: { labels: 'labels', terms: 'terms', testEvery: 5, labelSets: 'shared' },
  },
};

export const DOCUMENT_SETS = Object.keys(SETS);

export function documentSet(name: string, folder: string, store: string): DocumentSet {
  const { file, documents } = SETS[name] ?? { file: '', documents: {} };
  const source = { path: pathToFileURL(join(resolve(folder), file)).href, kind: 'documents' };
  return { name, configuration: configuration.parse({ index: name, store, source, documents }) };
}
