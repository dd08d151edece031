import type { FactorSides } from '../../kernels/factors/factorize.ts';
import type { ArtifactReference } from '../../schemas/artifact.ts';
import { artifactReference } from '../../store/artifacts.ts';

/** What the factors of given links depend on. */
export interface Prediction {
  /** Factors of a row, of each kind. */
  factors: number;
  alpha: number;
  regularization: number;
  rounds: number;
  seed: number;
  /** Of pairs: whether those that ask and those that answer are two sets. */
  sides: 'one' | 'two';
}

/** What the factors depend on. */
export interface FactorParameters extends Prediction {
  /** D; its weights follow from what it was made of. */
  affinity: ArtifactReference;
  /** It decides the order in which the links of a row with many are added up. */
  postings: number;
}

/** Names the factors of all rows after all rounds. */
export function factorsArtifact({ affinity, ...numbers }: FactorParameters) {
  const { postings, factors, alpha, regularization, rounds, seed, sides } = numbers;
  const parameters = { postings, factors, alpha, regularization, rounds, seed, sides };
  const inputs = [affinity];
  return {
    parameters,
    inputs,
    artifact: artifactReference({ stage: 'factors', parameters, inputs }),
  };
}

/** Names the factors of rows [from, to) after half-step `step`, from 1. */
export function stepArtifact(
  { affinity, step, ...numbers }: FactorParameters & { step: number },
  { from, to }: { from: number; to: number },
) {
  const { postings, factors, alpha, regularization, seed, sides } = numbers;
  const parameters = { postings, factors, alpha, regularization, seed, sides, step, from, to };
  const inputs = [affinity];
  return {
    parameters,
    inputs,
    artifact: artifactReference({ stage: 'factor-step', parameters, inputs }),
  };
}

/** The artifacts of all ranges of a half-step: range k is [ranges[k], ranges[k + 1]). */
export const stepArtifacts = (
  parameters: FactorParameters,
  ranges: readonly number[],
  step: number,
): ArtifactReference[] =>
  ranges
    .slice(1)
    .map((to, at) => stepArtifact({ ...parameters, step }, { from: ranges[at]!, to }).artifact);

/** The side of a half-step, as the parts of the whole are named. */
export const partOf = (side: keyof FactorSides): string => `${side}.f32`;
