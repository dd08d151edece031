import type { Layer } from '../../../kernels/documents/encode-sparse.ts';

/**
 * One layer that centres, takes p directions (p, V) and mixes them by (d, p): W = (mixing
 * directions)', b = -W' mean.
 */
export function composedLayer(
  mean: Float64Array,
  directions: Float64Array,
  p: number,
  mixing: Float64Array,
  bits: number,
): Layer {
  const V = mean.length;
  const weights = new Float32Array(V * bits);
  const bias = new Float64Array(bits);
  const column = new Float64Array(bits);
  for (let t = 0; t < V; t++) {
    column.fill(0);
    for (let j = 0; j < p; j++)
      for (let k = 0; k < bits; k++) column[k]! += mixing[k * p + j]! * directions[j * V + t]!;
    for (let k = 0; k < bits; k++) {
      weights[t * bits + k] = column[k]!;
      bias[k]! -= mean[t]! * column[k]!;
    }
  }
  return {
    inputs: V,
    outputs: bits,
    weights,
    bias: Float32Array.from(bias),
    activation: 'identity',
  };
}
