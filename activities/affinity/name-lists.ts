import type { ArtifactReference } from '../../schemas/artifact.ts';
import { artifactReference } from '../../store/artifacts.ts';

/** What the lists of neighbours depend on. */
export interface ListParameters {
  /** D; its weights follow from what it was made of. */
  affinity: ArtifactReference;
  top: number;
  postings: number;
}

/** Names the lists of rows [from, to). */
export function relateArtifact(
  { affinity, top, postings }: ListParameters,
  { from, to }: { from: number; to: number },
) {
  const parameters = { top, postings, from, to };
  const inputs = [affinity];
  return {
    parameters,
    inputs,
    artifact: artifactReference({ stage: 'relate', parameters, inputs }),
  };
}
