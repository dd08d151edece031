import type { Configuration } from './configuration.ts';
import type { HashingConfiguration } from './documents.ts';

/** A data set of an experiment: how it is read and weighed. */
export interface DocumentSet {
  name: string;
  configuration: Configuration;
}

export interface DocumentSetting {
  /** Method, with `-s` where it learns from labels. */
  name: string;
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
}

export interface DocumentScore {
  data: string;
  name: string;
  bits: number;
  seed: number;
  /** By name of metric. */
  metrics: Record<string, number>;
}

/** What the figures were measured by; a change of it is another protocol in the results. */
export const DOCUMENT_PROTOCOL = 'prec@100, test against training documents, epoch by validation, thresholds of training, ties expected';

/** Columns of the tidy results. */
export const DOCUMENT_RESULTS = { data: 'utf8', method: 'utf8', bits: 'int32', seed: 'int32', protocol: 'utf8', metric: 'utf8', value: 'float64' } as const;
