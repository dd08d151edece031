import type { Data } from 'apache-arrow';
import { type ColumnType, type ColumnValues, isBinary, widthOf } from './columns.ts';
import { decodeUtf8 } from './utf8-column.ts';

/** A column out of Arrow's chunks. */
export function typedValues(
  name: string,
  type: ColumnType,
  chunks: Data[],
): ColumnValues<ColumnType> {
  switch (type) {
    case 'int32':
      return joined(Int32Array, chunks);
    case 'int64':
      return joined(BigInt64Array, chunks);
    case 'float32':
      return joined(Float32Array, chunks);
    case 'float64':
      return joined(Float64Array, chunks);
    case 'utf8':
      return chunks.flatMap((chunk) => stringsOf(name, chunk));
    case 'list<int32>':
      return { offsets: joinedOffsets(chunks), values: joined(Int32Array, chunks.map(itemsOf)) };
    case 'list<int64>':
      return { offsets: joinedOffsets(chunks), values: joined(BigInt64Array, chunks.map(itemsOf)) };
    case 'list<utf8>':
      return {
        offsets: joinedOffsets(chunks),
        values: chunks.flatMap((chunk) => stringsOf(name, itemsOf(chunk))),
      };
    default:
      return joined(Uint8Array, chunks, isBinary(type) ? widthOf(type) : 1);
  }
}

interface TypedArray<A> {
  readonly length: number;
  set(values: A, offset: number): void;
  subarray(start: number, end: number): A;
}

/**
 * The buffers of chunks end to end; an IPC buffer may be padded, so its length is not the number of
 * rows.
 */
function joined<A extends TypedArray<A>>(
  array: new (length: number) => A,
  chunks: Data[],
  width = 1,
): A {
  const out = new array(chunks.reduce((sum, { length }) => sum + length * width, 0));
  let filled = 0;
  for (const { values, length } of chunks) {
    out.set((values as A).subarray(0, length * width), filled);
    filled += length * width;
  }
  return out;
}

/** Offsets of all chunks as one list, whose values follow one another. */
function joinedOffsets(chunks: Data[]): Int32Array {
  const out = new Int32Array(chunks.reduce((sum, { length }) => sum + length, 1));
  let row = 0;
  let base = 0;
  for (const { valueOffsets, length } of chunks) {
    if (length === 0) continue;
    const first = valueOffsets[0]!;
    for (let i = 1; i <= length; i++) out[row + i] = base + valueOffsets[i]! - first;
    row += length;
    base = out[row]!;
  }
  return out;
}

/** The items of a list's chunk that its offsets span. */
function itemsOf(chunk: Data): Data {
  const items = chunk.children[0]!;
  if (chunk.length === 0) return items.slice(0, 0);
  const first = chunk.valueOffsets[0]!;
  return items.slice(first, chunk.valueOffsets[chunk.length]! - first);
}

function stringsOf(name: string, { valueOffsets, values, length }: Data): string[] {
  if (length === 0) return [];
  return decodeUtf8(
    { offsets: (valueOffsets as Int32Array).subarray(0, length + 1), bytes: values as Uint8Array },
    name,
  );
}
