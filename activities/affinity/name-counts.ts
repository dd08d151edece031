import { createHash } from 'node:crypto';
import type { ArtifactReference } from '../../schemas/artifact.ts';
import { artifactReference } from '../../store/artifacts.ts';

/** What counts depend on, beside the tokens. */
export interface CountParameters {
  common: ArtifactReference;
  window: number;
}

/** What merged rows depend on, beside the range. */
export interface MergeParameters extends CountParameters {
  /** Chosen from the dictionary of all shards, so its key stands for these too. */
  vocabulary: ArtifactReference;
}

/** Names the cooccurrences of a group of files, by their tokens. */
export function countArtifact(
  members: readonly ArtifactReference[],
  { common, window }: CountParameters,
) {
  const inputs = [common];
  const parameters = { window, shards: digestOfKeys(members) };
  return {
    parameters,
    inputs,
    artifact: artifactReference({ stage: 'count', parameters, inputs }),
  };
}

/**
 * Names the merged rows [from, to). They are sums over the corpus, however its files were grouped,
 * so the grouping is no part of the name.
 */
export function mergeArtifact(
  { vocabulary, common, window }: MergeParameters,
  { from, to }: { from: number; to: number },
) {
  const inputs = [vocabulary, common];
  const parameters = { window, from, to };
  return {
    parameters,
    inputs,
    artifact: artifactReference({ stage: 'merge', parameters, inputs }),
  };
}

/** Stands for any number of artifacts in the key of what is made from them all. */
export function digestOfKeys(artifacts: readonly ArtifactReference[]): string {
  const hash = createHash('sha256');
  for (const artifact of artifacts) hash.update(artifact.key);
  return hash.digest('hex').slice(0, 32);
}
