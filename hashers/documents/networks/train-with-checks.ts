import { encodeSparse, type Layer } from '../../../kernels/documents/encode-sparse.ts';
import { RandomStream } from '../../../kernels/numbers/random.ts';
import type { HashingConfiguration } from '../../../schemas/configuration/hashing.ts';
import type { NetworkState } from './network-state.ts';
import { HASHER_PURPOSE } from './noise.ts';
import { takeRows, type TrainingDocuments } from '../training-documents.ts';

/** How good codes are on the validation part; larger is better. */
export type Validate = (
  validation: TrainingDocuments,
  validationCodes: Uint8Array,
  rest: TrainingDocuments,
  restCodes: Uint8Array,
) => number;

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

interface CheckInput {
  settings: HashingConfiguration;
  validation: TrainingDocuments | undefined;
  rest: TrainingDocuments;
  bits: number;
  validate: Validate;
  resume: Checkpoint | undefined;
  /** Called at each check but the last, when the checkpoint is whole. */
  keep: (checkpoint: Checkpoint) => Promise<void>;
}

/** What a training is made of. */
interface Training {
  start: () => NetworkState;
  /** Changes the state; returns the mean loss. */
  epoch: (state: NetworkState, epoch: number) => number;
  layers: (state: NetworkState) => Layer[];
}

/**
 * Trains for `settings.epochs` and returns the encoder of the check that was best on the validation
 * part; without one, of the last epoch.
 */
export async function trainWithChecks(
  { settings, validation, rest, bits, validate, resume, keep }: CheckInput,
  training: Training,
): Promise<{ layers: Layer[]; checks: Check[] }> {
  const state = resume?.state ?? training.start();
  const checks = [...(resume?.checks ?? [])];
  let best = resume?.best;
  let loss = checks.at(-1)?.loss ?? Number.NaN;
  for (let epoch = checks.at(-1)?.epoch ?? 0; epoch < settings.epochs;) {
    loss = training.epoch(state, epoch);
    epoch += 1;
    const isLast = epoch === settings.epochs;
    if (epoch % settings.checkEvery !== 0 && !isLast) continue;
    const layers = training.layers(state);
    const before = Math.max(-1, ...checks.map(({ score }) => score ?? -1));
    const score =
      validation &&
      validate(validation, encoded(validation, layers, bits), rest, encoded(rest, layers, bits));
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

/** A random share of the documents that is not trained on; undefined where the share is none. */
export function partValidation(
  documents: TrainingDocuments,
  share: number,
  seed: number,
): { validation: TrainingDocuments | undefined; rest: TrainingDocuments } {
  const n = documents.rows.offsets.length - 1;
  const count = Math.floor(n * share);
  if (count === 0) return { validation: undefined, rest: documents };
  const stream = new RandomStream(seed, HASHER_PURPOSE.validation);
  const order = Int32Array.from({ length: n }, (_, row) => row);
  for (let i = 0; i < count; i++) {
    const j = i + stream.below(n - i);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return {
    validation: takeRows(documents, order.slice(0, count).sort()),
    rest: takeRows(documents, order.slice(count).sort()),
  };
}
