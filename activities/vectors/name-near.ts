import type { ArtifactReference } from '../../schemas/artifact.ts';
import { artifactReference } from '../../store/artifacts.ts';

/** What the lists of near vectors depend on. */
export interface NearParameters {
  /** The artifact of `cells`. */
  cells: ArtifactReference;
  top: number;
}

/** Names the lists of items [from, to). */
export function relateVectorsArtifact(
  { cells, top }: NearParameters,
  { from, to }: { from: number; to: number },
) {
  const parameters = { top, from, to };
  const inputs = [cells];
  return {
    parameters,
    inputs,
    artifact: artifactReference({ stage: 'relate-vectors', parameters, inputs }),
  };
}
