import type { Layer } from '../../../kernels/documents/encode-sparse.ts';
import { lsh as hyperplanes } from '../../vectors/lsh.ts';
import { transpose } from './principal-directions.ts';
import type { LinearInput } from './linear-input.ts';

/** Random hyperplanes through the origin (Charikar 2002): nothing is learned. */
export function lsh({ documents: { terms }, bits, seed }: LinearInput): Layer[] {
  const weights = Float32Array.from(transpose(hyperplanes(terms, bits, seed, 0), bits, terms));
  return [
    { inputs: terms, outputs: bits, weights, bias: new Float32Array(bits), activation: 'identity' },
  ];
}
