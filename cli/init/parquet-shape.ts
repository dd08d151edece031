import { type FileMetaData, parquetMetadataAsync, parquetSchema, type SchemaTree } from 'hyparquet';
import { Failure } from '../../schemas/failures.ts';
import { type ParquetColumnKind, readParquetRows } from '../../sources/parquet-rows.ts';
import type { FileShape } from './file-shape.ts';
import type { SampledFile } from './sample-corpus.ts';
import type { SampledColumn } from './sampled-table.ts';

export type ParquetShape = Extract<FileShape, { holds: 'table' }> & {
  /** Of the whole file, as its footer says. */
  fileRows: number;
};

/** Rows whose values are looked at. */
const MOST_ROWS = 2000;
const MOST_LISTS = 100;
const MOST_COLUMNS = 32;

/**
 * The columns of a Parquet file, and values of those whose type leaves open what they are for.
 * Throws DataError where it is broken.
 */
export async function parquetShape(file: SampledFile): Promise<ParquetShape> {
  const metadata = await metadataOf(file);
  const found = parquetSchema(metadata).children.slice(0, MOST_COLUMNS).map(columnOf);
  const read = found.filter(({ kind }) => kind !== undefined) as {
    name: string;
    kind: ParquetColumnKind;
  }[];
  const values = read.map((): unknown[] => []);
  let rows = 0;
  if (read.length > 0) {
    for await (const row of readParquetRows(file, read)) {
      for (const [at, value] of row.values.entries()) values[at]!.push(value);
      if (++rows === MOST_ROWS) break;
    }
  }
  const valuesOf = new Map(read.map(({ name }, at) => [name, values[at]!]));
  for (const { name, listOf } of found)
    if (listOf) valuesOf.set(name, await someLists(file, name, listOf));
  const columns = found.map(({ name, listOf }): SampledColumn => ({
    name,
    values: valuesOf.get(name) ?? [],
    ...(listOf && { listOf }),
  }));
  const fileRows = Number(metadata.num_rows);
  const table = { columns, rows, isWhole: rows === fileRows };
  return { holds: 'table', format: 'parquet', table, fileRows };
}

/** None where one is missing or broken: whoever reads the column tells. */
async function someLists(
  file: SampledFile,
  name: string,
  listOf: 'numbers' | 'ids',
): Promise<unknown[]> {
  const lists: unknown[] = [];
  try {
    for await (const { values } of readParquetRows(file, [{ name, kind: listOf }])) {
      lists.push(Array.from(values[0] as Iterable<unknown>));
      if (lists.length === MOST_LISTS) break;
    }
    return lists;
  } catch (error) {
    if (error instanceof Failure) return [];
    throw error;
  }
}

async function metadataOf({ uri, size, range }: SampledFile): Promise<FileMetaData> {
  try {
    return await parquetMetadataAsync({
      byteLength: size,
      slice: async (from, to) => new Uint8Array(await range(from, to ?? size)).buffer,
    });
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure(
      'DataError',
      `${uri}: the Parquet file is broken or cut off (${(error as Error).message})`,
      { cause: error },
    );
  }
}

/** `kind`: its values are read; `listOf`: its type says all. */
function columnOf({ element, children }: SchemaTree): {
  name: string;
  kind?: ParquetColumnKind;
  listOf?: 'numbers' | 'ids';
} {
  const { name } = element;
  const leaf = leafOf({ element, children } as SchemaTree);
  if (leaf === undefined) return { name };
  const { type } = leaf.element;
  const isText = type === 'BYTE_ARRAY' && isString(leaf.element);
  const isInteger = (type === 'INT32' || type === 'INT64') && !isTime(leaf.element);
  const isFloat = type === 'FLOAT' || type === 'DOUBLE';
  if (leaf.element === element) {
    if (element.repetition_type === 'REPEATED') return { name };
    return isText || isInteger || isFloat || type === 'BOOLEAN'
      ? { name, kind: 'field' }
      : { name };
  }
  if (isFloat) return { name, listOf: 'numbers' };
  if (isInteger) return { name, listOf: 'ids' };
  return isText ? { name, listOf: 'ids' } : { name };
}

/** The one leaf of a column or of a list; undefined for structs and maps. */
function leafOf(node: SchemaTree): SchemaTree | undefined {
  let leaf = node;
  while (leaf.children.length === 1) leaf = leaf.children[0]!;
  return leaf.children.length === 0 ? leaf : undefined;
}

const isString = ({ converted_type: converted, logical_type: logical }: SchemaTree['element']) =>
  converted === 'UTF8' || logical?.type === 'STRING';

const isTime = ({ converted_type: converted, logical_type: logical }: SchemaTree['element']) =>
  /TIME|DATE/u.test(converted ?? '') || /TIME|DATE/u.test(logical?.type ?? '');
