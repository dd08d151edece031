import type { ArtifactReference } from '../../schemas/artifact.ts';
import { artifactReference } from '../../store/artifacts.ts';

/** What the pairs that pass the filter depend on. */
export interface FilterParameters {
  /** The marginals of the merged rows. */
  rows: ArtifactReference;
  minimumPmi: number;
  minimumWeight: number;
}

/** Names the pairs of rows [from, to) that pass. */
export function filterArtifact(
  { rows, minimumPmi, minimumWeight }: FilterParameters,
  { from, to }: { from: number; to: number },
) {
  const inputs = [rows];
  const parameters = { minimumPmi, minimumWeight, from, to };
  return {
    parameters,
    inputs,
    artifact: artifactReference({ stage: 'filter', parameters, inputs }),
  };
}
