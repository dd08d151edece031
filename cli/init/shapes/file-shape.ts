import type { SampledTable } from '../sampled-table.ts';

/** What a file is made of. */
export type FileShape = TextShape | TableShape | ListShape;

/** Running text, or records of it whose field is known. */
interface TextShape {
  holds: 'text';
  format: 'text' | 'wet' | 'oscar';
  /** What may be said of it beside: why it is no table. */
  note?: string;
}

/** Records with the same fields. */
export interface TableShape {
  holds: 'table';
  format: 'parquet' | 'jsonl' | 'delimited';
  table: SampledTable;
  /** Of delimited text; empty: white space. */
  delimiter?: string;
  /** The first line of delimited text names the columns. */
  header?: boolean;
}

/** A list of ids a line. */
export interface ListShape {
  holds: 'lists';
  format: 'jsonl' | 'delimited';
  lists: string[][];
  delimiter?: string;
}
