import type { ArtifactReference } from '../../schemas/artifact.ts';
import { Failure } from '../../schemas/failures.ts';
import { readWords } from '../words/read-vocabulary.ts';
import { readManifest } from '../../store/artifacts.ts';
import { canonicalJson } from '../../store/canonical-json.ts';
import type { Store } from '../../store/store.ts';
import { readIndexState } from '../versions/current-version.ts';
import type { StageContext } from '../stage/stage.ts';
import { type LearningInput, modelArtifact, type WarmStart } from './name-training.ts';

declare module '../stages.ts' {
  interface Stages {
    findWarmStart: typeof findWarmStart;
  }
}

interface FindWarmStartInput {
  learning: LearningInput;
  index: string;
  vocabulary: ArtifactReference;
}

/** Words of a run that the version it starts from must know, as a share. */
const MIN_KNOWN = 0.5;

/**
 * The embeddings of the published version, for training to start from; null where nothing is
 * published. Where that version comes of this very training, what it started from itself, so that a
 * run that is done is done. Throws ConfigurationError or DataError where its embeddings cannot be
 * of use here.
 */
export async function findWarmStart(
  input: FindWarmStartInput,
  context: StageContext,
): Promise<WarmStart | null> {
  const { learning, index, vocabulary } = input;
  const store = context.openStore(learning.store);
  const { currentVersion } = await readIndexState(store, index);
  const model = currentVersion?.lineage.find(({ stage }) => stage === 'train');
  const words = currentVersion?.lineage.find(({ stage }) => stage === 'vocabulary');
  const manifest = model && (await readManifest(store, model));
  if (!currentVersion || !model || !words || !manifest) return null;
  const { warm, ...parameters } = manifest.parameters;
  const { parameters: own, inputs } = modelArtifact(learning);
  if (canonicalJson([parameters, manifest.inputs]) === canonicalJson([own, inputs]))
    return (warm as WarmStart | undefined) ?? null;

  const { tables, bits } = learning.training;
  const where = `warm start from version ${currentVersion.version} of ${index}`;
  if (manifest.facts['tables'] !== tables || manifest.facts['bits'] !== bits) {
    throw new Failure(
      'ConfigurationError',
      `${where}: it has ${currentVersion.tables} x ${currentVersion.bits} bits, ` +
        'training.tables and ' +
        `training.bits want ${tables} x ${bits}; make them equal, or set training.warmStart to ` +
        'none',
    );
  }
  const known = await countKnown(store, words, vocabulary);
  if (known.shared < MIN_KNOWN * known.all) {
    throw new Failure(
      'DataError',
      `${where}: it knows ${known.shared} of this run's ${known.all} words, less than half; ` +
        'set training.warmStart to none',
    );
  }
  return { model, vocabulary: words, own: vocabulary };
}

async function countKnown(
  store: Store,
  before: ArtifactReference,
  now: ArtifactReference,
): Promise<{ shared: number; all: number }> {
  if (before.key === now.key) return { shared: 1, all: 1 };
  const known = new Set(await readWords(store, before));
  const words = await readWords(store, now);
  return { shared: words.filter((word) => known.has(word)).length, all: words.length };
}
