import { Failure } from '../../schemas/failures.ts';
import { type ParquetValue, valueOf } from '../../sources/parquet/column-values.ts';
import { type ColumnKind, findColumn } from '../../sources/parquet/column-types.ts';
import { readFooter } from '../../sources/parquet/parquet-footer.ts';
import type { SchemaNode } from '../../sources/parquet/parquet-schema.ts';
import { readParquet } from '../../sources/parquet/read-parquet.ts';

const KINDS: ColumnKind[] = ['text', 'label', 'number', 'numbers', 'ids'];
const MOST_COLUMNS = 300;
const LIMITS = { maximumRatio: 10_000 };

/**
 * All columns of a Parquet file that are read as something, as text. Throws what the first that
 * fails throws, when all have been tried.
 */
export async function columnsOf(path: string, bytes: Buffer): Promise<string> {
  const range = (from: number, to: number) => Promise.resolve(bytes.subarray(from, to));
  const file = { uri: path, size: bytes.length, range };
  const { schema } = await readFooter(file);
  const columns: Record<string, unknown[]> = {};
  let failed: unknown;
  for (const name of new Set(namesOf(schema, '').slice(0, MOST_COLUMNS))) {
    const kind = KINDS.find((each) => isReadAs(schema, name, each));
    if (kind === undefined) continue;
    const values: unknown[] = [];
    try {
      const wanted = [{ name, kind, key: 'source.field' }];
      for await (const { rows, columns: found } of readParquet(file, wanted, LIMITS))
        for (let row = 0; row < rows; row++) values.push(plain(valueOf(found[0]!, row)));
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      failed ??= error;
    }
    columns[name] = values;
  }
  if (failed !== undefined) throw failed as Failure;
  return JSON.stringify(columns);
}

function namesOf(node: SchemaNode, above: string): string[] {
  return node.children.flatMap((child) => {
    const name = above === '' ? child.element.name : `${above}.${child.element.name}`;
    return [name, ...namesOf(child, name)];
  });
}

function isReadAs(schema: SchemaNode, name: string, kind: ColumnKind): boolean {
  try {
    return findColumn(schema, { name, kind, key: '' }, '') !== undefined;
  } catch (error) {
    if (error instanceof Failure) return false;
    throw error;
  }
}

function plain(value: ParquetValue | ParquetValue[]): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('latin1');
  return typeof value === 'boolean' ? value : String(value);
}
