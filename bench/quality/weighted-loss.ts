import type { LinkGraph } from '../../kernels/affinity/link-graph.ts';
import type { Factors } from '../../kernels/factors/factorize.ts';

/** The loss of kernels/factors/solve-rows.ts in float64: all pairs by the products of factors. */
export function weightedLoss(
  { offsets, columns, roots }: LinkGraph,
  rows: number,
  first: number,
  { asking, answering }: Factors,
  { factors: d, alpha, regularization }: { factors: number; alpha: number; regularization: number },
): number {
  const [x, y] = [asking, answering].map((values) => productsOf(values, d)) as [
    Float64Array,
    Float64Array,
  ];
  let loss = 0;
  for (let k = 0; k < d * d; k++) loss += x[k]! * y[k]!;
  for (let k = 0; k < d; k++) loss += regularization * (x[k * d + k]! + y[k * d + k]!);
  for (let row = 0; row < rows; row++)
    for (let at = offsets[row]!; at < offsets[row + 1]!; at++) {
      const other = columns[at]! - first;
      let product = 0;
      for (let k = 0; k < d; k++) product += asking[row * d + k]! * answering[other * d + k]!;
      loss += (1 + alpha * roots[at]! ** 2) * (1 - product) ** 2 - product ** 2;
    }
  return loss;
}

function productsOf(values: Float32Array, d: number): Float64Array {
  const products = new Float64Array(d * d);
  for (let at = 0; at < values.length; at += d)
    for (let k = 0; k < d; k++)
      for (let l = 0; l < d; l++) products[k * d + l]! += values[at + k]! * values[at + l]!;
  return products;
}
