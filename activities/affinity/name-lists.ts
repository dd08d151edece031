import type { ArtifactReference } from '../../schemas/artifact.ts';
import { artifactReference } from '../../store/artifacts.ts';
import { factorsArtifact, type Prediction } from '../factors/name-factors.ts';

/** What the lists of neighbours depend on. */
export interface ListParameters {
  /** D; its weights follow from what it was made of. */
  affinity: ArtifactReference;
  top: number;
  postings: number;
  /** What the factors are named by that predict further links; absent: there are none. */
  predicted?: Prediction;
}

/** Names the lists of rows [from, to). */
export function relateArtifact(
  { affinity, top, postings, predicted }: ListParameters,
  { from, to }: { from: number; to: number },
) {
  const parameters = { top, postings, from, to };
  const inputs = [
    affinity,
    ...(predicted ? [factorsArtifact({ affinity, postings, ...predicted }).artifact] : []),
  ];
  return {
    parameters,
    inputs,
    artifact: artifactReference({ stage: 'relate', parameters, inputs }),
  };
}
