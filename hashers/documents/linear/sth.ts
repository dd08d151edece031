import type { Layer } from '../../../kernels/documents/encode-sparse.ts';
import { laplacianEigenmap } from './laplacian-eigenmap.ts';
import type { LinearInput } from './linear-input.ts';
import { linearSvm } from './linear-svm.ts';
import { medianOf } from '../../../kernels/numbers/median.ts';
import { nearestNeighbours } from './nearest-neighbours.ts';

const NEIGHBOURS = 25;

/**
 * Self-taught hashing (Zhang, Wang, Cai and Lu 2010): the Laplacian eigenmap of the graph of 25
 * nearest neighbours, each coordinate cut at its median, then a linear SVM for each bit, so that
 * new documents have codes.
 */
export function sth({ documents: { rows, terms }, bits, seed, onProgress }: LinearInput): Layer[] {
  const n = rows.offsets.length - 1;
  const graph = nearestNeighbours(rows, terms, NEIGHBOURS, onProgress);
  const Y = laplacianEigenmap(graph, bits, seed, onProgress);
  const weights = new Float32Array(terms * bits);
  const bias = new Float32Array(bits);
  for (let k = 0; k < bits; k++) {
    onProgress(k, bits);
    const y = Y.subarray(k * n, (k + 1) * n);
    const median = medianOf(y);
    const { w, b } = linearSvm(
      rows,
      terms,
      Int8Array.from(y, (value) => (value > median ? 1 : -1)),
      seed,
    );
    for (let t = 0; t < terms; t++) weights[t * bits + k] = w[t]!;
    bias[k] = b;
  }
  return [{ inputs: terms, outputs: bits, weights, bias, activation: 'identity' }];
}
