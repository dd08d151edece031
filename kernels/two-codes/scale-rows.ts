/**
 * The length that vectors are given: tanh of their projections then neither saturates nor is flat.
 */
const LENGTH = 4;

/**
 * What each row of `values` (n, d) is to be multiplied by to have length 4; 0 for a row of zeros.
 * Throws RangeError on a length that does not fit and a value that is not finite, with its place.
 */
export function rowScales(values: Float32Array, d: number, what: string): Float64Array {
  if (!Number.isInteger(d) || d < 1 || d > 4096)
    throw new RangeError(`${what}: expected rows of 1 to 4096 dimensions, got ${d}`);
  if (values.length % d !== 0)
    throw new RangeError(`${what}: ${values.length} values are no rows of ${d}`);
  const scales = new Float64Array(values.length / d);
  for (let row = 0, at = 0; row < scales.length; row++) {
    let square = 0;
    for (const end = at + d; at < end; at++) square += values[at] * values[at];
    if (!(square < Infinity)) throw new RangeError(nonFinite(values, row, d, what));
    scales[row] = square === 0 ? 0 : LENGTH / Math.sqrt(square);
  }
  return scales;
}

/** Writes row `row` of `values` (n, d), scaled, to `out` from `at`. */
export function writeScaled(
  values: Float32Array,
  row: number,
  d: number,
  scale: number,
  out: Float32Array,
  at: number,
): void {
  const first = row * d;
  for (let k = 0; k < d; k++) out[at + k] = values[first + k] * scale;
}

function nonFinite(values: Float32Array, row: number, d: number, what: string): string {
  let k = 0;
  while (Number.isFinite(values[row * d + k])) k++;
  return `${what}: dimension ${k} of row ${row} is ${values[row * d + k]}, not finite`;
}
