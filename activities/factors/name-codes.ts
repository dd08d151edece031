import type { ArtifactReference } from '../../schemas/artifact.ts';
import type { CodesConfiguration } from '../../schemas/configuration/codes.ts';
import { artifactReference } from '../../store/artifacts.ts';
import { factorsArtifact, type FactorParameters } from './name-factors.ts';

/** Codes of a published version that stay with their items. */
export interface KeptCodes {
  codes: ArtifactReference;
  /** Its words, and the held-out pairs' artifact with the D that it has seen. */
  vocabulary: ArtifactReference;
  pairs: ArtifactReference;
  /** The words of this run. */
  own: ArtifactReference;
}

/** What codes that are made from factors depend on. */
export interface CodesParameters extends FactorParameters {
  codes: CodesConfiguration;
  /** Absent: all are learned. */
  kept?: KeptCodes;
}

/** Names the codes of all rows. */
export function codesArtifact({ codes, seed, kept, ...numbers }: CodesParameters) {
  // How long codes are kept decides what is made, not how.
  const { drift: _, ...learning } = codes;
  const parameters = { ...learning, seed, ...(kept && { kept: { ...kept } }) };
  const inputs = [factorsArtifact({ ...numbers, seed }).artifact];
  return {
    parameters,
    inputs,
    artifact: artifactReference({ stage: 'two-codes', parameters, inputs }),
  };
}
