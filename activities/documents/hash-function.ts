import { learnNetwork } from '../../hashers/documents/networks/learn-network.ts';
import { learnStackedMachines } from '../../hashers/documents/networks/learn-s-rbm.ts';
import type { Checkpoint, Validate } from '../../hashers/documents/networks/train-with-checks.ts';
import { type TrainingDocuments } from '../../hashers/documents/training-documents.ts';
import { precisionAt } from '../../evaluation/precision-at.ts';
import type { Layer } from '../../kernels/documents/encode-sparse.ts';
import type { ArtifactReference, Manifest } from '../../schemas/artifact.ts';
import {
  isLabelMethod,
  isNetworkMethod,
  LABEL_METHODS,
  needsTensorflow,
} from '../../schemas/documents.ts';
import type { HashingConfiguration } from '../../schemas/configuration/hashing.ts';
import { Failure } from '../../schemas/failures.ts';
import { hasherCheckpoints } from './hasher-checkpoints.ts';
import { type StageContext, type StageInput } from '../stage/stage.ts';
import { LINEAR_METHODS } from '../../hashers/documents/linear/linear-methods.ts';
import { NETWORKS } from '../../hashers/documents/networks/networks.ts';
import { networkSettings } from '../../hashers/documents/networks/network-settings.ts';

export interface LearnHasherInput extends StageInput {
  /** The artifact of stage `weigh`. */
  weighed: ArtifactReference;
  hashing: HashingConfiguration;
  bits: number;
  seed: number;
}

/** Documents among which a hash function looks for the nearest. */
export const NEAREST = 100;

/**
 * Raised by hand when an engine's training gives other functions than before; what needs no engine
 * keeps its artifacts then.
 */
const TRAINING_VERSION = 2;

/**
 * A method that needs no engine is named by nothing but its name, a network by its settings with
 * its own defaults in them.
 */
export function hasherParameters(
  hashing: HashingConfiguration,
  bits: number,
  seed: number,
): Record<string, unknown> {
  const { method } = hashing;
  if (!needsTensorflow(method)) return { hashing: { method }, bits, seed };
  return {
    hashing: isNetworkMethod(method) ? networkSettings(NETWORKS[method], hashing) : hashing,
    bits,
    seed,
    training: TRAINING_VERSION,
  };
}

/** Throws ConfigurationError or DataError where the method cannot learn from these documents. */
export function checkDocuments(
  { rows, labels }: TrainingDocuments,
  { method, supervised }: HashingConfiguration,
  bits: number,
): void {
  const n = rows.offsets.length - 1;
  // Random hyperplanes need no documents.
  if (bits > n && method !== 'lsh')
    throw new Failure(
      'ConfigurationError',
      `training.bits: ${bits} bits and ${n} training documents; take at most as many bits as ` +
        'documents, or hashing.method: lsh, which learns from none',
    );
  if (isLabelMethod(method)) return checkLabels(labels, `hashing.method ${method}`);
  if (!supervised) return;
  if (!isNetworkMethod(method))
    throw new Failure(
      'ConfigurationError',
      `hashing.supervised: ${method} learns nothing from labels; take one of ` +
        `${[...Object.keys(NETWORKS), ...LABEL_METHODS].join(', ')}, or leave supervised out`,
    );
  checkLabels(labels, 'hashing.supervised');
}

function checkLabels({ values }: TrainingDocuments['labels'], option: string): void {
  const found = new Set(values).size;
  if (found < 2)
    throw new Failure(
      'DataError',
      `${option}: the training documents have ` +
        `${found === 0 ? 'no labels' : 'one label alone'}; expected two or more ` +
        '(documents.labels names their field)',
    );
}

/** The hash function itself; see learnHasher. */
export async function learn(
  documents: TrainingDocuments,
  { store: uri, weighed, hashing, bits, seed, force }: LearnHasherInput,
  context: StageContext,
): Promise<{ layers: Layer[]; facts: Manifest['facts'] }> {
  const { method } = hashing;
  if (method !== 's-rbm' && !isNetworkMethod(method))
    return {
      layers: LINEAR_METHODS[method]!({
        documents,
        bits,
        seed,
        onProgress: (done, total) => context.onProgress(done, total),
      }),
      facts: {},
    };
  const { tf } = await context.openTensorflow();
  const checkpoints = hasherCheckpoints(
    context,
    uri,
    weighed,
    hasherParameters(hashing, bits, seed),
  );
  const validate: Validate = (validation, validationCodes, rest, restCodes) =>
    precisionAt(
      { codes: validationCodes, labels: validation.labels },
      { codes: restCodes, labels: rest.labels },
      bits,
      NEAREST,
    ).expected;
  const learning = {
    tf,
    settings: hashing,
    documents,
    bits,
    seed,
    validate,
    resume: force ? undefined : await checkpoints.latest(hashing),
    keep: (checkpoint: Checkpoint) => checkpoints.keep(checkpoint),
    onProgress: (epoch: number, epochs: number, loss: number) =>
      context.onProgress(epoch, epochs, { loss }),
  };
  const { layers, checks } =
    method === 's-rbm'
      ? await learnStackedMachines(learning)
      : await learnNetwork({ ...learning, method: NETWORKS[method] });
  await checkpoints.drop(hashing);
  const best = checks.reduce((a, b) => ((b.score ?? b.epoch) > (a.score ?? a.epoch) ? b : a));
  return {
    layers,
    facts: {
      epochs: best.epoch,
      loss: best.loss,
      ...(best.score !== undefined && { validation: best.score }),
    },
  };
}
