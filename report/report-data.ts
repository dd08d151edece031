import type { Similarity } from './similarity-curves.ts';
import type { CandidateRow } from '../evaluation/candidates.ts';
import type { GateCheck } from '../schemas/gate.ts';
import type { Metrics, StageResult } from '../schemas/run.ts';

/** Everything a report shows; the same data give the same page, byte for byte. */
export interface ReportData {
  index: string;
  /** What an item is called: `words`, `ids` or `vectors`. */
  itemsName: string;
  items: number;
  tables: number;
  bits: number;
  /** Items have a code that asks and one that answers; buckets are cells. */
  hasRoles: boolean;
  /** Codes of all tables are one space. */
  shared: boolean;
  /** The configuration of the run, with defaults filled in. */
  configuration: Record<string, unknown>;
  codeVersion: string;
  /** The stages before the report, as this run saw them. */
  stages: StageResult[];
  lineage: LineageEntry[];
  curve: { epoch: number; loss: number; pairs: number }[];
  metrics: Metrics;
  /** Intervals of 95% of metrics that are means over queries. */
  intervals: Record<string, [number, number]>;
  /** What each way of answering finds of what was sought; none where nothing was. */
  answers: AnswerRow[];
  /** What was sought: links kept from training, or the exact nearest items. */
  sought: 'links' | 'nearest';
  /** Ways to look up, and what they find; none where nothing says which items are near. */
  candidates: CandidateRow[];
  /** What says which items are nearest: `the dense embeddings`. */
  nearestBy: string;
  /** What says which belong together: D, or labels. */
  relevantBy: 'D' | 'labels';
  /** How codes agree against the cosine distance; absent where no loss of cosines was trained. */
  similarity?: Similarity;
  /** The version that was current when the run came to its report. */
  previous?: { version: number; metrics: Metrics; intervals: Record<string, [number, number]> };
  gate: GateCheck[];
  buckets: BucketFigures;
  /** A lookup gives no bucket of more items; 0: it gives all. */
  maximumBucket: number;
  examples: ExampleCluster[];
  map: MapPoint[];
}

/** A share of what was sought that a way of answering finds among its first `cut` answers. */
export interface AnswerRow {
  way: string;
  weighing: string;
  cut: number;
  share: number;
  error: number;
  /** Answers a query, in the mean. */
  answers: number;
  /** Share of queries without an answer. */
  empty: number;
  /** An item, and rounds of reads a query; -1 where not known. */
  bytes: number;
  rounds: number;
}

/** An artifact the index was made from. */
export interface LineageEntry {
  stage: string;
  key: string;
  rows: number;
  bytes: number;
  parts: number;
}

export interface BucketFigures {
  /** Buckets by class of size: [2^k, 2^(k+1)), over all tables, and the items they hold. */
  sizes: { from: number; to: number; buckets: number; items: number }[];
  /** Share of ones of each bit. */
  ones: { table: number; bit: number; share: number }[];
  tables: {
    table: number;
    buckets: number;
    clusters: number;
    largest: number;
    entropyBits: number;
  }[];
}

export interface ExampleCluster {
  table: number;
  /** Hexadecimal. */
  code: string;
  size: number;
  /** At most as many as a line of the page holds, in id order. */
  words: string[];
}

export interface MapPoint {
  word: string;
  x: number;
  y: number;
  /** The number of the word's bucket in each table. */
  buckets: number[];
  /** Among the commonest words, which the map names. */
  named: boolean;
}
