import type * as Tf from '@tensorflow/tfjs-core';
import { encodeSparse, type Layer } from '../../kernels/encode-sparse.ts';
import { RandomStream } from '../../kernels/random.ts';
import type { HashingConfiguration } from '../../schemas/documents.ts';
import { nearestNeighbours } from './nearest-neighbours.ts';
import { networkLayers } from './network-layers.ts';
import type { NetworkMethod } from './network-method.ts';
import { initializeNetwork, type NetworkState } from './network-state.ts';
import { HASHER_PURPOSE } from './noise.ts';
import { trainEpoch } from './train-epoch.ts';
import { takeRows, type TrainingDocuments } from './training-documents.ts';

/** How good codes are on the validation part; larger is better. */
export type Validate = (validation: TrainingDocuments, validationCodes: Uint8Array, rest: TrainingDocuments, restCodes: Uint8Array) => number;

export interface Check {
  /** Epochs done. */
  epoch: number;
  loss: number;
  /** Absent where there is no validation part. */
  score?: number;
}

/** Where a training stands between two epochs: all that a later process needs. */
export interface Checkpoint {
  state: NetworkState;
  checks: Check[];
  /** The encoder of the best check. */
  best?: Layer[];
}

export interface LearnInput {
  tf: typeof Tf;
  method: NetworkMethod;
  settings: HashingConfiguration;
  documents: TrainingDocuments;
  bits: number;
  seed: number;
  validate: Validate;
  resume: Checkpoint | undefined;
  /** Called at each check but the last, when the checkpoint is whole. */
  keep: (checkpoint: Checkpoint) => Promise<void>;
  tell: (epoch: number, epochs: number, loss: number) => void;
}

/**
 * Trains a network and returns the encoder of the check that was best on the validation part, a random share of the training documents that
 * is not trained on; thresholds are of the documents that were. Without validation part: of the last epoch.
 */
export async function learnNetwork(input: LearnInput): Promise<{ layers: Layer[]; checks: Check[] }> {
  const { tf, method, settings, documents, bits, seed, validate, keep, tell } = input;
  const { validation, rest } = partValidation(documents, settings.validationShare, seed);
  const neighbours = method.pairs ? nearestNeighbours(rest.rows, rest.terms, settings.neighbours, () => tell(0, settings.epochs, Number.NaN)) : undefined;
  const shape = { terms: documents.terms, bits, labels: documents.labels.count };
  const state = input.resume?.state ?? initializeNetwork(method, shape, settings, seed);
  const checks = [...(input.resume?.checks ?? [])];
  let best = input.resume?.best;
  let loss = checks.at(-1)?.loss ?? Number.NaN;
  for (let epoch = checks.at(-1)?.epoch ?? 0; epoch < settings.epochs; ) {
    loss = trainEpoch({ tf, method, settings, bits, state, documents: rest, neighbours, seed, epoch, tell: (batch, batches, now) => tell(epoch + batch / batches, settings.epochs, now) });
    epoch += 1;
    const isLast = epoch === settings.epochs;
    if (epoch % settings.checkEvery !== 0 && !isLast) continue;
    const layers = networkLayers(state, method, settings, rest.rows);
    const before = Math.max(-1, ...checks.map(({ score }) => score ?? -1));
    const score = validation && validate(validation, encoded(validation, layers, bits), rest, encoded(rest, layers, bits));
    if (score === undefined || score > before) best = layers;
    checks.push({ epoch, loss, ...(score !== undefined && { score }) });
    if (!isLast) await keep({ state, checks, ...(best && { best }) });
  }
  return { layers: best!, checks };
}

function encoded({ rows }: TrainingDocuments, layers: Layer[], bits: number): Uint8Array {
  const codes = new Uint8Array(((rows.offsets.length - 1) * bits) / 8);
  encodeSparse(rows, layers, codes);
  return codes;
}

function partValidation(documents: TrainingDocuments, share: number, seed: number): { validation: TrainingDocuments | undefined; rest: TrainingDocuments } {
  const n = documents.rows.offsets.length - 1;
  const count = Math.floor(n * share);
  if (count === 0) return { validation: undefined, rest: documents };
  const stream = new RandomStream(seed, HASHER_PURPOSE.validation);
  const order = Int32Array.from({ length: n }, (_, row) => row);
  for (let i = 0; i < count; i++) {
    const j = i + stream.below(n - i);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return { validation: takeRows(documents, order.slice(0, count).sort()), rest: takeRows(documents, order.slice(count).sort()) };
}
