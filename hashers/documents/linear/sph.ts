import type { Layer } from '../../../kernels/documents/encode-sparse.ts';
import { composedLayer } from '../networks/composed-layer.ts';
import type { LinearInput } from './linear-input.ts';
import { principalDirections, project, transpose } from './principal-directions.ts';

/**
 * Spectral Hashing (Weiss, Torralba and Fergus 2008): data taken as uniform over a box along its
 * principal components; of the Laplacian's eigenfunctions cos(k pi (x_j - a_j) / (b_j - a_j)) those
 * of the d smallest eigenvalues (k / (b_j - a_j))^2, k >= 1; a bit is the sign of one.
 */
export function sph({ documents: { rows, terms }, bits, seed, onProgress }: LinearInput): Layer[] {
  const { mean, directions, count } = principalDirections(rows, terms, bits, seed, onProgress);
  const Y = project(rows, transpose(directions, count, terms), count, mean);
  const low = new Float64Array(count).fill(Number.POSITIVE_INFINITY);
  const high = new Float64Array(count).fill(Number.NEGATIVE_INFINITY);
  for (const [at, y] of Y.entries()) {
    low[at % count] = Math.min(low[at % count]!, y);
    high[at % count] = Math.max(high[at % count]!, y);
  }
  const modes = Array.from({ length: count }, (_, j) =>
    Array.from({ length: bits }, (_, k) => ({
      j,
      rate: ((k + 1) * Math.PI) / Math.max(high[j]! - low[j]!, 1e-12),
    })),
  )
    .flat()
    .sort((a, b) => a.rate - b.rate || a.j - b.j)
    .slice(0, bits);
  const mixing = new Float64Array(bits * count);
  for (const [bit, { j, rate }] of modes.entries()) mixing[bit * count + j] = rate;
  const layer = composedLayer(mean, directions, count, mixing, bits);
  for (const [bit, { j, rate }] of modes.entries()) layer.bias[bit]! -= rate * low[j]!;
  return [{ ...layer, activation: 'triangle' }];
}
