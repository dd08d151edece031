/**
 * Adam (Kingma and Ba 2015) on some rows of a matrix, in place: m <- b1 m + (1 - b1) g, v <- b2 v + (1 - b2) g^2,
 * w <- w - rate sqrt(1 - b2^t) / (1 - b1^t) m / (sqrt(v) + eps). Rows that are not named keep their weights and moments.
 */

const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-8;

/** `gradient`: (rows.length, columns), the row k of it for row rows[k]; without `rows` it has all. step: t, from 1. */
export function adamRows(
  { values, first, second, columns }: { values: Float32Array; first: Float32Array; second: Float32Array; columns: number },
  gradient: Float32Array,
  rows: Int32Array | undefined,
  rate: number,
  step: number,
): void {
  const scale = (rate * Math.sqrt(1 - BETA2 ** step)) / (1 - BETA1 ** step);
  if (!rows) {
    update(values, first, second, gradient, 0, 0, values.length, scale);
    return;
  }
  for (let k = 0; k < rows.length; k++) update(values, first, second, gradient, rows[k] * columns, k * columns, columns, scale);
}

function update(values: Float32Array, first: Float32Array, second: Float32Array, gradient: Float32Array, at: number, from: number, count: number, scale: number): void {
  for (let i = 0; i < count; i++) {
    const g = gradient[from + i];
    const m = first[at + i] + (1 - BETA1) * (g - first[at + i]);
    const v = second[at + i] + (1 - BETA2) * (g * g - second[at + i]);
    first[at + i] = m;
    second[at + i] = v;
    values[at + i] -= (scale * m) / (Math.sqrt(v) + EPSILON);
  }
}
