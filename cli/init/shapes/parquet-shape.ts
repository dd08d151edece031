import { Failure } from '../../../schemas/failures.ts';
import { findColumn, type WantedColumn } from '../../../sources/parquet/column-types.ts';
import { valueOf } from '../../../sources/parquet/column-values.ts';
import { readFooter } from '../../../sources/parquet/parquet-footer.ts';
import type { SchemaNode } from '../../../sources/parquet/parquet-schema.ts';
import { readParquet } from '../../../sources/parquet/read-parquet.ts';
import type { TableShape } from './file-shape.ts';
import type { SampledFile } from '../sample-corpus.ts';
import type { SampledColumn } from '../sampled-table.ts';

export interface ParquetShape extends TableShape {
  /** Of the whole file, as its footer says. */
  fileRows: number;
}

/** Rows whose values are looked at; of lists fewer tell as much. */
const MOST_ROWS = 2000;
const MOST_LISTS = 100;
const MOST_COLUMNS = 32;
/** So little is decoded at once that the rows above cost no more. */
const LIMITS = { maximumRatio: Number.POSITIVE_INFINITY, runBytes: 256 * 1024 };

/**
 * The columns of a Parquet file that can be read for something, and some of their values. Throws
 * DataError where the file is broken.
 */
export async function parquetShape(file: SampledFile): Promise<ParquetShape> {
  const footer = await readFooter(file);
  const columns: SampledColumn[] = [];
  let rows = 0;
  for (const { element } of footer.schema.children.slice(0, MOST_COLUMNS)) {
    const { name } = element;
    const found = listOf(footer.schema, name, file.uri);
    const values = found === undefined ? [] : await someValues(file, name, found);
    columns.push({
      name,
      values,
      ...(found !== undefined && found !== 'none' && { listOf: found }),
    });
    if (found === 'none') rows = Math.max(rows, values.length);
  }
  const table = { columns, rows, isWhole: rows === footer.rows };
  return { holds: 'table', format: 'parquet', table, fileRows: footer.rows };
}

/**
 * What a column is a list of: `none` where it has one value a row; undefined where it is not read.
 */
function listOf(
  schema: SchemaNode,
  name: string,
  uri: string,
): 'numbers' | 'ids' | 'none' | undefined {
  const fits = (kind: WantedColumn['kind']): boolean => {
    try {
      return findColumn(schema, { name, kind, key: '' }, uri)?.isList === isList(kind);
    } catch (error) {
      if (error instanceof Failure) return false;
      throw error;
    }
  };
  if (fits('field')) return 'none';
  if (fits('ids')) return 'ids';
  return fits('numbers') ? 'numbers' : undefined;
}

const isList = (kind: WantedColumn['kind']): boolean => kind === 'ids' || kind === 'numbers';

async function someValues(
  file: SampledFile,
  name: string,
  found: 'numbers' | 'ids' | 'none',
): Promise<unknown[]> {
  const kind = found === 'none' ? 'field' : found;
  const most = found === 'none' ? MOST_ROWS : MOST_LISTS;
  const values: unknown[] = [];
  for await (const batch of readParquet(file, [{ name, kind, key: '' }], LIMITS)) {
    for (let row = 0; row < batch.rows && values.length < most; row++) {
      const value = valueOf(batch.columns[0]!, row);
      values.push(Array.isArray(value) ? value.map(plain) : plain(value));
    }
    if (values.length === most) break;
  }
  return values;
}

/** Text is bytes that nobody has looked at yet. */
const plain = (value: unknown): unknown =>
  value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : value;
