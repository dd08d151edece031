import {
  type Layer,
  projectSparse,
  type SparseRows,
} from '../../../kernels/documents/encode-sparse.ts';
import { medianOf } from '../../../kernels/numbers/median.ts';
import type { LatentMethod } from './latent-method.ts';
import type { NetworkSettings } from './network-settings.ts';
import { encoderLayers, INPUT, type NetworkState } from './network-state.ts';

/**
 * The encoder of a trained network with the thresholds in its last biases; medians are those of
 * `training`. Codes learned from labels are cut at 0: labels part the documents unevenly, and a
 * median would part the most frequent one.
 */
export function networkLayers(
  state: NetworkState,
  method: LatentMethod,
  settings: NetworkSettings,
  training: SparseRows,
): Layer[] {
  const names = encoderLayers(settings.encoderLayers);
  const layers = names.map((name, at): Layer => {
    const { values, rows, columns } = state[name]!;
    const activation = at === names.length - 1 ? 'identity' : 'relu';
    return {
      inputs: rows,
      outputs: columns,
      weights: name === INPUT ? values.map((value) => method.gain * value) : values.slice(),
      bias: state[`${name}.bias`]!.values.slice(),
      activation,
    };
  });
  if (method.threshold === 'zero' || settings.supervised) return layers;
  const last = layers[layers.length - 1];
  if (!last) return layers;
  const h = projectSparse(training, layers);
  const n = training.offsets.length - 1;
  for (let k = 0; k < last.outputs; k++)
    last.bias[k]! -= medianOf(
      Float64Array.from({ length: n }, (_, row) => h[row * last.outputs + k]!),
    );
  return layers;
}
