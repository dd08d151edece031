import { createRequire } from 'node:module';
import * as arrow from 'apache-arrow';
import type * as Parquet from 'parquet-wasm';

/** A value of a column beside the vectors. */
type Told = string | number | bigint | boolean | string[] | null;

/** A Parquet file of vectors as others write them; `undefined` ids: no such column. */
export function vectorFile(
  vectors: (number[] | null)[],
  ids?: (bigint | string)[],
  list: 'fixed' | 'variable' = 'fixed',
  float: 'float32' | 'float64' = 'float32',
  told: Record<string, Told[]> = {},
): Uint8Array {
  const item = new arrow.Field(
    'item',
    float === 'float32' ? new arrow.Float32() : new arrow.Float64(),
    true,
  );
  const type =
    list === 'fixed'
      ? new arrow.FixedSizeList(vectors[0]?.length ?? 2, item)
      : new arrow.List(item);
  const columns: Record<string, arrow.Vector> = { vector: arrow.vectorFromArray(vectors, type) };
  if (ids)
    columns['id'] =
      typeof ids[0] === 'string'
        ? arrow.vectorFromArray(ids as string[], new arrow.Utf8())
        : arrow.vectorFromArray(ids as bigint[], new arrow.Int64());
  for (const [name, texts] of Object.entries(told))
    columns[name] = arrow.vectorFromArray(texts, typeOf(texts));
  const parquet = createRequire(import.meta.url)('parquet-wasm') as typeof Parquet;
  return parquet.writeParquet(
    parquet.Table.fromIPCStream(arrow.tableToIPC(new arrow.Table(columns), 'stream')),
  );
}

function typeOf(values: readonly Told[]): arrow.DataType {
  const [value] = values.filter((each) => each !== null);
  if (typeof value === 'number') return new arrow.Float64();
  if (typeof value === 'bigint') return new arrow.Int64();
  if (typeof value === 'boolean') return new arrow.Bool();
  if (Array.isArray(value)) return new arrow.List(new arrow.Field('item', new arrow.Utf8(), true));
  return new arrow.Utf8();
}
