import type { ArtifactReference } from '../../schemas/artifact.ts';
import { artifactFolder, readManifest } from '../../store/artifacts.ts';
import type { StageContext } from '../stage/stage.ts';

declare module '../stages.ts' {
  interface Stages {
    dropCheckpoints: typeof dropCheckpoints;
  }
}

interface DropCheckpointsInput {
  store: string;
  artifacts: ArtifactReference[];
}

/**
 * Removes the parts of partition states that later ones have replaced. Their manifests stay: they
 * hold the loss curve.
 */
export async function dropCheckpoints(
  input: DropCheckpointsInput,
  context: StageContext,
): Promise<void> {
  const store = context.openStore(input.store);
  for (const [at, artifact] of input.artifacts.entries()) {
    context.onProgress(at, input.artifacts.length);
    const manifest = await readManifest(store, artifact);
    if (!manifest) continue;
    for (const part of manifest.parts)
      await store.delete(`${artifactFolder(artifact)}/${part.path}`);
  }
}
