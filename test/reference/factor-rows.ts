/** The loss of weighted alternating least squares and its exact half-steps, densely, in float64. */

/** Links of V rows: weight g of (i, j), or undefined. */
export interface DenseLinks {
  asking: number;
  answering: number;
  strength: (i: number, j: number) => number | undefined;
}

export interface LossSettings {
  factors: number;
  alpha: number;
  regularization: number;
}

/** sum over all pairs of c (p - x . y)^2, and lambda times the squares of all factors. */
export function factorLoss(
  { asking, answering, strength }: DenseLinks,
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  { factors: d, alpha, regularization }: LossSettings,
): number {
  let loss = 0;
  for (let i = 0; i < asking; i++) {
    for (let j = 0; j < answering; j++) {
      const g = strength(i, j);
      let product = 0;
      for (let k = 0; k < d; k++) product += x[i * d + k]! * y[j * d + k]!;
      loss += g === undefined ? product ** 2 : (1 + alpha * g) * (1 - product) ** 2;
    }
  }
  for (const values of [x, y])
    for (let at = 0; at < values.length; at++) loss += regularization * values[at]! ** 2;
  return loss;
}

/** The x of row i that minimises the loss, by elimination with pivots. */
export function exactRow(
  { answering, strength }: DenseLinks,
  i: number,
  y: ArrayLike<number>,
  { factors: d, alpha, regularization }: LossSettings,
): number[] {
  const system = Array.from({ length: d }, (_, k) =>
    Array.from({ length: d + 1 }, (_, l) => (k === l ? regularization : 0)),
  );
  for (let j = 0; j < answering; j++) {
    const g = strength(i, j);
    const confidence = g === undefined ? 1 : 1 + alpha * g;
    for (let k = 0; k < d; k++) {
      for (let l = 0; l < d; l++) system[k]![l]! += confidence * y[j * d + k]! * y[j * d + l]!;
      if (g !== undefined) system[k]![d]! += confidence * y[j * d + k]!;
    }
  }
  return solve(system);
}

function solve(rows: number[][]): number[] {
  const d = rows.length;
  for (let k = 0; k < d; k++) {
    let best = k;
    for (let row = k + 1; row < d; row++)
      if (Math.abs(rows[row]![k]!) > Math.abs(rows[best]![k]!)) best = row;
    [rows[k], rows[best]] = [rows[best]!, rows[k]!];
    for (let row = 0; row < d; row++) {
      if (row === k) continue;
      const factor = rows[row]![k]! / rows[k]![k]!;
      for (let l = k; l <= d; l++) rows[row]![l]! -= factor * rows[k]![l]!;
    }
  }
  return rows.map((row, k) => row[d]! / row[k]!);
}
