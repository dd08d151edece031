import type { Configuration } from '../../schemas/configuration.ts';
import type { Store } from '../../store/store.ts';
import { rowsOf, type TableSchema, type WritableColumns } from '../../store/tables/columns.ts';
import type { FileRange } from '../open-source.ts';
import type { BadRows } from '../row-keeper.ts';

/** What a shard depends on, beside its file. */
export interface ShardOptions {
  source: Configuration['source'];
  tokens: Configuration['tokens'];
  documents: Configuration['documents'];
}

export interface ShardContext {
  openStore: (uri: string) => Store;
  /** Tells how many rows are read; it throws when the run is cancelled. */
  onProgress: (rows: number) => void;
}

/** A table of a shard, that its artifact has a part of this name for. */
export interface ShardTable {
  name: string;
  rows: number;
  schema: TableSchema;
  columns: WritableColumns<TableSchema>;
}

/** A file as its kind of source gives it: the tables, a number of rows for a person, figures. */
export interface Shard {
  tables: ShardTable[];
  rows: number;
  facts: Record<string, number | string>;
  /** Rows that were left out; none of a file that is left out whole. */
  bad?: BadRows;
}

/** How files of one kind of source become shards. */
export interface ShardKind {
  /** What of the options the shards of this kind depend on, beside how a file is read. */
  parameters(options: ShardOptions): Record<string, unknown>;
  /** A DataError tells file and place of what is wrong. */
  read(file: FileRange, options: ShardOptions, context: ShardContext): Promise<Shard>;
  /** The shard of a file that is left out. */
  empty(options: ShardOptions): Shard;
}

export function shardTable<S extends TableSchema>(
  name: string,
  schema: S,
  columns: WritableColumns<S>,
): ShardTable {
  return {
    name,
    rows: rowsOf(schema, columns),
    schema,
    columns,
  };
}
