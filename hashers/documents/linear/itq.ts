import type { Layer } from '../../../kernels/documents/encode-sparse.ts';
import { itq as rotate } from '../../vectors/itq.ts';
import { composedLayer } from '../networks/composed-layer.ts';
import type { LinearInput } from './linear-input.ts';
import { principalDirections, project, transpose } from './principal-directions.ts';

/**
 * Iterative quantization (Gong and Lazebnik 2011) of the principal components of TF-IDF. Throws
 * RangeError where the data has fewer dimensions than bits.
 */
export function itq({ documents: { rows, terms }, bits, seed, onProgress }: LinearInput): Layer[] {
  const { mean, directions, count } = principalDirections(rows, terms, bits, seed, onProgress);
  const Y = Float32Array.from(project(rows, transpose(directions, count, terms), count, mean));
  const rotation = rotate(Y, count, new Float64Array(count), bits, seed, 0);
  return [composedLayer(mean, directions, count, rotation, bits)];
}
