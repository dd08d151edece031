import { linkDrift } from '../../kernels/affinity/link-drift.ts';
import type { SparseRows } from '../../kernels/training/train-rows.ts';
import type { ArtifactReference } from '../../schemas/artifact.ts';
import { openArtifact } from '../../store/artifacts.ts';
import type { Store } from '../../store/store.ts';
import { readSparseRows } from '../affinity/load-sparse-rows.ts';
import { readWords } from '../words/read-vocabulary.ts';

interface WordedPairs {
  /** The held-out pairs' artifact. */
  pairs: ArtifactReference;
  vocabulary: ArtifactReference;
}

/** How far the training D of a run is from that of another, and of each row its row there. */
export async function measureDrift(store: Store, before: WordedPairs, after: WordedPairs) {
  const numbers = new Map(
    (await readWords(store, before.vocabulary)).map((word, row) => [word, row]),
  );
  const words = await readWords(store, after.vocabulary);
  const places = Int32Array.from(words, (word) => numbers.get(word) ?? -1);
  const drift = linkDrift(
    await readTrainingRows(store, before.pairs),
    await readTrainingRows(store, after.pairs),
    places,
  );
  return { ...drift, places };
}

async function readTrainingRows(store: Store, pairs: ArtifactReference): Promise<SparseRows> {
  const artifact = await openArtifact(store, pairs);
  return await readSparseRows(
    artifact,
    'training.parquet',
    Number(artifact.manifest.facts['words']),
  );
}
