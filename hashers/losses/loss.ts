import type { PairLoss } from '../../kernels/training/pair-loss.ts';
import type { TensorLoss } from './tensor-loss.ts';

/** A learning method in its two forms, which must agree. */
export interface Loss {
  /** One pair at a time, for the WebAssembly kernels. */
  onPairs(parameters: LossParameters): PairLoss;
  /** A tensor of cosines, for TensorFlow. */
  onTensors(parameters: LossParameters): TensorLoss;
}

/** What a loss depends on beside the embeddings. */
export interface LossParameters {
  /** K. */
  concentration: number;
  /** d: dimensions of an embedding. */
  bits: number;
}
