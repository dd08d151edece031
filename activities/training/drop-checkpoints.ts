import type { ArtifactReference } from '../../schemas/artifact.ts';
import { dropParts } from '../stage/drop-parts.ts';
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
  await dropParts(store, input.artifacts, (done, total) => context.onProgress(done, total));
}
