import { IndexFormatError } from '../index-errors.ts';
import { readDenseArrow } from './dense-arrow.ts';

/** Makes codes of vectors as the items of an index got theirs. */
export interface VectorEncoder {
  dimensions: number;
  /** (L, w) of a vector of so many dimensions. */
  encode(vector: ArrayLike<number>): Uint8Array;
}

/**
 * The encoder of `hyperplanes.arrow`, (L d, D), and `mean.arrow`, (1, D): bit k of table t is 1
 * where P[t, k] . (x - mean) > 0. Sums are float64 in the order of dimensions and the vector is
 * rounded to float32 first, as where the index was made, so codes are the same. Throws
 * IndexFormatError where the two do not fit each other or the index.
 */
export function vectorEncoder(
  hyperplanes: Uint8Array,
  mean: Uint8Array,
  { tables, bits }: { tables: number; bits: number },
): VectorEncoder {
  const planes = readDenseArrow('hyperplanes.arrow', hyperplanes);
  const means = readDenseArrow('mean.arrow', mean);
  const dimensions = planes.width;
  if (planes.rows !== tables * bits)
    throw new IndexFormatError(
      'hyperplanes.arrow',
      undefined,
      `${tables} x ${bits} rows`,
      String(planes.rows),
    );
  if (means.rows !== 1 || means.width !== dimensions)
    throw new IndexFormatError(
      'mean.arrow',
      undefined,
      `one row of ${dimensions}`,
      `${means.rows} of ${means.width}`,
    );
  return {
    dimensions,
    encode(vector) {
      if (vector.length !== dimensions)
        throw new RangeError(`vector: expected ${dimensions} numbers, got ${vector.length}`);
      const x = new Float64Array(dimensions);
      for (let c = 0; c < dimensions; c++) x[c] = Math.fround(vector[c]!) - means.values[c]!;
      const codes = new Uint8Array((tables * bits) / 8);
      for (let k = 0, at = 0; k < planes.rows; k++) {
        let sum = 0;
        for (let c = 0; c < dimensions; c++, at++) sum += x[c]! * planes.values[at]!;
        if (sum > 0) codes[k >>> 3]! |= 0x80 >>> (k & 7);
      }
      return codes;
    },
  };
}
