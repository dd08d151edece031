import { isBinary, type ColumnType } from './columns.ts';
import type { Utf8Column } from './utf8-column.ts';

/** In `created_by`: what `decodeTable` reads. */
export const WRITER = 'hashloom tables';

/** What a file of Parquet begins and ends with. */
export const MAGIC = Buffer.from('PAR1');

/** Numbers of the format's physical types. */
export const TYPE = { int32: 1, int64: 2, float32: 4, float64: 5, utf8: 6, binary: 7 } as const;

/** Numbers of the format's encodings. */
export const ENCODING = { plain: 0, rle: 3, delta: 5, lengths: 6 } as const;

/** Numbers of the format's repetitions. */
export const REPETITION = { required: 0, repeated: 2 } as const;

/** Numbers of the format's converted types. */
export const CONVERTED = { utf8: 0, list: 3 } as const;

/** Rows of a row group, where nothing else is said. */
export const ROW_GROUP_ROWS = 1_000_000;

/** The values of a column that is no list, or the items of one that is. */
export type ScalarValues =
  | Int32Array
  | BigInt64Array
  | Float32Array
  | Float64Array
  | Uint8Array
  | Utf8Column;

/** The type of the items of a list, or of a column that is none. */
export function elementType(type: ColumnType): ColumnType {
  return (type.startsWith('list<') ? type.slice('list<'.length, -1) : type) as ColumnType;
}

/** The number of the physical type. */
export function physical(type: ColumnType): number {
  return isBinary(type) ? TYPE.binary : TYPE[type as keyof typeof TYPE];
}
