import type { ArtifactReference } from './artifact.ts';
import type { Configuration } from './configuration.ts';
import type { HashingConfiguration } from './configuration/hashing.ts';

/** A data set of an experiment: how it is read and weighed. */
export interface DocumentSet {
  name: string;
  configuration: Configuration;
}

export interface DocumentSetting {
  /** Method, with `-s` where it learns from labels. */
  name: string;
  /** What was asked to vary, by its name: { components: '5' }. */
  variant: Record<string, string>;
  hashing: HashingConfiguration;
  bits: number;
}

export interface DocumentExperimentInput {
  store: string;
  force: boolean;
  sets: DocumentSet[];
  settings: DocumentSetting[];
  /** Trial t has seed firstSeed + t. */
  trials: number;
  firstSeed: number;
  /** Whether the first trial of each setting leaves a DocumentPicture. */
  pictures: boolean;
}

export interface DocumentScore {
  data: string;
  name: string;
  variant: Record<string, string>;
  bits: number;
  seed: number;
  /** By name of metric. */
  metrics: Record<string, number>;
  /** The artifact, with the precision of each query. */
  trial: ArtifactReference;
  /** Whether it holds a picture too. */
  pictured: boolean;
}

/** Columns of part QUERY_PRECISION_PART of a trial: a row a test document, in the order of ids. */
export const QUERY_PRECISION = { precision: 'float64' } as const;
export const QUERY_PRECISION_PART = 'queries.parquet';

/** Name of the part that holds it. */
export const PICTURE_PART = 'picture.json';

/** What is shown of one hash function; part picture.json of its trial. */
export interface DocumentPicture {
  labels: string[];
  /** Test documents on a map; `label`: place in `labels` of their first one, -1 without. */
  points: { x: number; y: number; label: number }[];
  /** A list a label: a test document, then the training documents nearest to it. */
  examples: ExampleCode[][];
}

export interface ExampleCode {
  labels: string[];
  /** Its words that weigh most. */
  words: string[];
  /** In hexadecimal digits. */
  code: string;
  /** Hamming distance to the first of its list. */
  distance: number;
}

/** A row of the tables: `bmsh, components 5`. */
export function rowName({ name, variant }: Pick<DocumentSetting, 'name' | 'variant'>): string {
  return [name, ...Object.entries(variant).map(([variable, value]) => `${variable} ${value}`)].join(
    ', ',
  );
}

/** What the figures were measured by; a change of it is another protocol in the results. */
export const DOCUMENT_PROTOCOL =
  'prec@100, test against training documents, epoch by validation, thresholds of training, ' +
  'ties expected';

/** Columns of the tidy results. */
export const DOCUMENT_RESULTS = {
  data: 'utf8',
  method: 'utf8',
  bits: 'int32',
  seed: 'int32',
  protocol: 'utf8',
  metric: 'utf8',
  value: 'float64',
} as const;
