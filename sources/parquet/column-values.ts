import type { LeafColumn } from './column-types.ts';
import type { LeafValues } from './decode-run.ts';
import { PHYSICAL } from './parquet-schema.ts';
import type { BatchColumn } from './read-parquet.ts';

/**
 * A value as it is meant: text as its bytes, which nobody has looked at yet; integers of 64 bits
 * and decimals without a fraction as bigint; undefined where there is none.
 */
export type ParquetValue = Uint8Array | bigint | number | boolean | undefined;

/** The value of a row of a batch; of a list all of them. */
export function valueOf(
  { column, piece, from }: BatchColumn,
  row: number,
): ParquetValue | ParquetValue[] {
  const at = from + row;
  if (piece.present?.[at] === 0) return undefined;
  if (!piece.offsets) return itemOf(column, piece.items, at);
  const values: ParquetValue[] = [];
  for (let k = piece.offsets[at]!; k < piece.offsets[at + 1]!; k++)
    values.push(itemOf(column, piece.items, k));
  return values;
}

function itemOf(column: LeafColumn, items: LeafValues, at: number): ParquetValue {
  if (items.present?.[at] === 0) return undefined;
  const { element, type } = column;
  switch (type) {
    case 'text':
    case 'bytes':
      return bytesOf(items, at);
    case 'uuid':
      return uuidText(bytesOf(items, at));
    case 'float16':
      return halfFloat(items.data as Uint8Array, 2 * at);
    case 'decimal':
      return decimalOf(
        element.type === PHYSICAL.int32 || element.type === PHYSICAL.int64
          ? BigInt(items.data[at]!)
          : signedInteger(bytesOf(items, at)),
        element.scale,
      );
    case 'boolean':
      return items.data[at] === 1;
    case 'unsigned': {
      const value = items.data[at]!;
      return typeof value === 'bigint' ? BigInt.asUintN(64, value) : value >>> 0;
    }
    default:
      return items.data[at];
  }
}

/** A view. */
function bytesOf({ offsets, width, data }: LeafValues, at: number): Uint8Array {
  return offsets
    ? (data as Uint8Array).subarray(offsets[at], offsets[at + 1])
    : (data as Uint8Array).subarray(at * width, (at + 1) * width);
}

const UUID_PARTS = [0, 8, 12, 16, 20, 32];

function uuidText(bytes: Uint8Array): Uint8Array {
  const hex = Buffer.from(bytes).toString('hex');
  return Buffer.from(
    UUID_PARTS.slice(1)
      .map((to, k) => hex.slice(UUID_PARTS[k], to))
      .join('-'),
  );
}

/** IEEE 754 binary16, little-endian. */
export function halfFloat(bytes: Uint8Array, at: number): number {
  const bits = bytes[at]! | (bytes[at + 1]! << 8);
  const sign = bits < 0x8000 ? 1 : -1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** Two's complement, high byte first, as Parquet keeps decimals in bytes. */
function signedInteger(bytes: Uint8Array): bigint {
  if (bytes.length === 0) return 0n;
  return BigInt.asIntN(8 * bytes.length, BigInt(`0x${Buffer.from(bytes).toString('hex')}`));
}

/** Without a fraction exact, else the number nearest to it. */
function decimalOf(unscaled: bigint, scale: number): bigint | number {
  if (scale === 0) return unscaled;
  return Number(`${unscaled}e${-scale}`);
}
