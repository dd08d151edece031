import type { ArtifactReference } from '../../schemas/artifact.ts';
import { artifactFolder, readManifest } from '../../store/artifacts.ts';
import type { Store } from '../../store/store.ts';

/** Removes the parts of artifacts; their manifests stay, and tell what was made. */
export async function dropParts(
  store: Store,
  artifacts: readonly ArtifactReference[],
  onProgress: (done: number, total: number) => void,
): Promise<void> {
  for (const [at, artifact] of artifacts.entries()) {
    onProgress(at, artifacts.length);
    const manifest = await readManifest(store, artifact);
    if (!manifest) continue;
    for (const part of manifest.parts)
      await store.delete(`${artifactFolder(artifact)}/${part.path}`);
  }
}
