import { trainBlock, type TrainedBlock } from '../../kernels/training/train-block.ts';
import type { BlockSide } from '../../kernels/training/train-rows.ts';
import type { Visit } from '../../kernels/training/train-settings.ts';
import type { PairwiseTraining } from '../../schemas/configuration/training.ts';
import type { OpenedTensorflow } from '../../schemas/tensorflow.ts';
import { createLoss } from '../losses/losses.ts';
import { startHelpers } from './train-helpers.ts';
import { trainOnTensors } from './train-on-tensors.ts';

/** What trains blocks: `training.engine`. Close it, or its threads keep the process. */
export interface Engine {
  /** One visit to a block; see trainBlock of kernels/training/train-block.ts. */
  train(
    sides: readonly BlockSide[],
    visit: Omit<Visit, 'settings' | 'loss'>,
    onTask?: (done: number, total: number) => void,
  ): Promise<TrainedBlock>;
  close(): Promise<void>;
}

interface EngineOptions {
  /** Threads that share a visit; of the engine wasm alone, TensorFlow has threads of its own. */
  threads: number;
  openTensorflow: () => Promise<OpenedTensorflow>;
}

/**
 * Opens the engine that a run is configured for. Throws ConfigurationError where TensorFlow is
 * asked for and not set up.
 */
export async function openEngine(
  training: PairwiseTraining,
  { threads, openTensorflow }: EngineOptions,
): Promise<Engine> {
  const loss = createLoss(training);
  if (training.engine === 'tensorflow') {
    const { tf } = await openTensorflow();
    return {
      train: async (sides, visit, onTask) =>
        trainOnTensors(tf, sides, { ...visit, settings: training, loss }, onTask),
      close: () => Promise.resolve(),
    };
  }
  const helpers = await startHelpers(threads - 1, training);
  return {
    train: (sides, visit, onTask) =>
      trainBlock(sides, { ...visit, settings: training, loss }, onTask, helpers),
    close: () => helpers.close(),
  };
}
