import { RandomStream } from '../../../kernels/numbers/random.ts';

/** (n, D) vectors around centres, each centre with a spread of its own. */
export function clusteredVectors(n: number, D: number, centres: number, seed = 1): Float32Array {
  const stream = new RandomStream(seed, 97);
  const draw = () => stream.uniform() + stream.uniform() + stream.uniform() - 1.5;
  const places = Float32Array.from({ length: centres * D }, draw);
  const spreads = Float32Array.from({ length: centres }, () => 0.2 + 0.6 * stream.uniform());
  const vectors = new Float32Array(n * D);
  for (let i = 0; i < n; i++) {
    const c = stream.below(centres);
    for (let k = 0; k < D; k++) vectors[i * D + k] = places[c * D + k]! + spreads[c]! * draw();
  }
  return vectors;
}
