import { artifactComplete } from '../../store/artifacts.ts';
import type { Store } from '../../store/store.ts';
import type { StageOutput } from '../stage/stage.ts';
import { type LearningInput, modelArtifact } from './name-training.ts';

/** The model of an earlier run, if it is whole. */
export async function finishedTraining(
  learning: LearningInput,
  store: Store,
): Promise<StageOutput | undefined> {
  const { artifact } = modelArtifact(learning);
  const manifest = await artifactComplete(store, artifact);
  if (!manifest) return undefined;
  const bytes = manifest.parts.reduce((sum, part) => sum + part.bytes, 0);
  return { artifact, cached: true, rows: manifest.rows, bytes, facts: manifest.facts };
}
