import type * as Tf from '@tensorflow/tfjs-core';
import { Adam } from '../../../kernels/documents/adam-sparse.ts';
import type { Layer } from '../../../kernels/documents/encode-sparse.ts';
import type { HashingConfiguration } from '../../../schemas/configuration/hashing.ts';
import { nearestNeighbours } from '../linear/nearest-neighbours.ts';
import { networkLayers } from './network-layers.ts';
import type { LatentMethod } from './latent-method.ts';
import { networkSettings } from './network-settings.ts';
import { initializeNetwork } from './network-state.ts';
import { trainEpoch } from './train-epoch.ts';
import {
  type Check,
  type Checkpoint,
  partValidation,
  trainWithChecks,
  type Validate,
} from './train-with-checks.ts';
import type { TrainingDocuments } from '../training-documents.ts';

export interface LearnInput {
  tf: typeof Tf;
  method: LatentMethod;
  settings: HashingConfiguration;
  documents: TrainingDocuments;
  bits: number;
  seed: number;
  validate: Validate;
  resume: Checkpoint | undefined;
  /** Called at each check but the last, when the checkpoint is whole. */
  keep: (checkpoint: Checkpoint) => Promise<void>;
  onProgress: (epoch: number, epochs: number, loss: number) => void;
}

/**
 * Trains a network and returns the encoder of the check that was best on the validation part, a
 * random share of the training documents that is not trained on; thresholds are of the documents
 * that were. Without validation part: of the last epoch.
 */
export async function learnNetwork(
  input: LearnInput,
): Promise<{ layers: Layer[]; checks: Check[] }> {
  const { tf, method, documents, bits, seed, onProgress } = input;
  const settings = networkSettings(method, input.settings);
  const { validation, rest } = partValidation(documents, settings.validationShare, seed);
  const neighbours = method.pairs
    ? nearestNeighbours(rest.rows, rest.terms, settings.neighbours, () =>
        onProgress(0, settings.epochs, Number.NaN),
      )
    : undefined;
  const adam = new Adam();
  const shape = { terms: documents.terms, bits, labels: documents.labels.count };
  return await trainWithChecks(
    { ...input, validation, rest },
    {
      start: () => initializeNetwork(method, shape, settings, seed),
      epoch: (state, epoch) =>
        trainEpoch({
          tf,
          method,
          settings,
          bits,
          state,
          adam,
          documents: rest,
          neighbours,
          seed,
          epoch,
          onProgress: (batch, batches, now) =>
            onProgress(epoch + batch / batches, settings.epochs, now),
        }),
      layers: (state) => networkLayers(state, method, settings, rest.rows),
    },
  );
}
