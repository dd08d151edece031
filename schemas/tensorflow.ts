import type * as tfjs from '@tensorflow/tfjs-core';

/** TensorFlow's operations, with its native backend as the current one. */
export type Tensorflow = typeof tfjs;

export interface OpenedTensorflow {
  tf: Tensorflow;
  /** Where operations run. */
  device: 'cpu' | 'cuda';
}
