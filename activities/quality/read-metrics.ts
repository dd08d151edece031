import { z } from 'zod';
import type { ArtifactReference } from '../../schemas/artifact.ts';
import type { Metrics } from '../../schemas/run.ts';
import { artifactFolder, openArtifact } from '../../store/artifacts.ts';
import type { Store } from '../../store/store.ts';
import { readJson } from '../stage/json-object.ts';

/** The metrics of an artifact, which are its first part. */
export async function readMetrics(store: Store, artifact: ArtifactReference): Promise<Metrics> {
  const { manifest } = await openArtifact(store, artifact);
  const path = `${artifactFolder(artifact)}/${manifest.parts[0]!.path}`;
  return (await readJson(store, path, z.record(z.string(), z.number()))) ?? {};
}
