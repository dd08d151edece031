import type { ArtifactReference, Manifest } from '../../schemas/artifact.ts';
import type { StageName } from '../../schemas/activities.ts';
import {
  artifactComplete,
  artifactReference,
  type PartToWrite,
  writeArtifact,
} from '../../store/artifacts.ts';
import type { Store } from '../../store/store.ts';
import type { StageContext, StageOutput } from './stage.ts';

/** What names an artifact, and whether it is made though it is there. */
export interface Recipe {
  stage: StageName;
  parameters: Record<string, unknown>;
  inputs: readonly ArtifactReference[];
  force: boolean;
}

export interface ArtifactContent {
  parts: PartToWrite[];
  rows: number;
  facts?: Manifest['facts'];
}

/**
 * The one way an artifact comes to be: named by the digest of what makes it, made only where it is
 * not there. Everything is computed before the first byte is stored, so a cancelled stage leaves
 * nothing behind.
 */
export async function produceArtifact(
  context: StageContext,
  store: Store,
  recipe: Recipe,
  make: () => Promise<ArtifactContent>,
): Promise<StageOutput> {
  const { stage, parameters, inputs } = recipe;
  const artifact = artifactReference({ stage, parameters, inputs });
  const present = recipe.force ? undefined : await artifactComplete(store, artifact);
  if (present) return stageOutput(artifact, present, true);
  const started = performance.now();
  const content = await make();
  const written = await writeArtifact(store, artifact, {
    parameters,
    inputs: [...inputs],
    parts: content.parts,
    rows: content.rows,
    facts: content.facts ?? {},
    seconds: (performance.now() - started) / 1000,
    origin: context.origin,
    rewrite: recipe.force,
  });
  return stageOutput(artifact, written, false);
}

function stageOutput(
  artifact: ArtifactReference,
  manifest: Manifest,
  cached: boolean,
): StageOutput {
  const bytes = manifest.parts.reduce((sum, part) => sum + part.bytes, 0);
  return { artifact, cached, rows: manifest.rows, bytes, facts: manifest.facts };
}
