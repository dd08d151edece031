import type * as Tf from '@tensorflow/tfjs-core';
import type { Parameters, ParameterShape } from './latent-method.ts';

/** Glorot's deviation of a layer of weights `name` and biases `name.bias`. */
export function denseShapes(
  name: string,
  inputs: number,
  outputs: number,
): Record<string, ParameterShape> {
  return {
    [name]: { rows: inputs, columns: outputs, deviation: Math.sqrt(2 / (inputs + outputs)) },
    [`${name}.bias`]: { rows: 1, columns: outputs, deviation: 0 },
  };
}

export function dense(
  tf: typeof Tf,
  parameters: Parameters,
  name: string,
  x: Tf.Tensor2D,
): Tf.Tensor2D {
  return tf.fused.matMul({
    a: x,
    b: parameters[name]!,
    bias: parameters[`${name}.bias`]!,
  }) as Tf.Tensor2D;
}
