import { blockId, isSurveyUsed, rounds } from '../../hashers/tournament.ts';
import type { ArtifactReference } from '../../schemas/artifact.ts';
import type { PairwiseTraining } from '../../schemas/configuration/training.ts';
import { artifactReference } from '../../store/artifacts.ts';
import { mineArtifact } from '../affinity/name-negatives.ts';
import { digestOfKeys } from '../affinity/name-counts.ts';
import type { StageInput } from '../stage/stage.ts';

/** Embeddings of a published version that training starts from. */
export interface WarmStart {
  model: ArtifactReference;
  /** The words of the model, and those of this run. */
  vocabulary: ArtifactReference;
  own: ArtifactReference;
}

/** What all of training depends on. */
export interface LearningInput extends StageInput {
  /** The artifact of held-out pairs, which holds the training D. */
  pairs: ArtifactReference;
  /** Hard negatives a row, and the row ranges they were mined in. */
  perRow: number;
  over: 'rows' | 'pairs';
  batches: number[];
  seed: number;
  /** The seed that the hard negatives were mined with; `seed` when absent. */
  mineSeed?: number;
  /** V. */
  words: number;
  training: PairwiseTraining;
  warm?: WarmStart;
}

export interface BlockVisit {
  p: number;
  q: number;
  /** Epochs done before and after the visit. */
  from: number;
  to: number;
  /** States of p and q; null before the first visit, when they are initialized. */
  left: ArtifactReference | null;
  right: ArtifactReference | null;
  /** The survey before the round, where the visit draws negatives by it. */
  survey: ArtifactReference | null;
}

const stateOf = (visit: BlockVisit, side: 'left' | 'right') =>
  side === 'left' ? visit.p : visit.q;

/** Names a partition's state after a visit to a block. */
export function stateArtifact(learning: LearningInput, visit: BlockVisit, side: 'left' | 'right') {
  const { p, q, from, to, left, right, survey } = visit;
  const parameters = {
    ...learningParameters(learning),
    p,
    q,
    from,
    to,
    state: stateOf(visit, side),
  };
  const inputs = [
    learning.pairs,
    ...(left ? [left] : []),
    ...(right && p !== q ? [right] : []),
    ...(survey ? [survey] : []),
  ];
  return {
    parameters,
    inputs,
    artifact: artifactReference({ stage: 'block', parameters, inputs }),
  };
}

/** Names what a survey of all states finds after so many epochs. */
export function surveyArtifact(
  learning: LearningInput,
  epoch: number,
  states: readonly ArtifactReference[],
) {
  const parameters = { ...learningParameters(learning), epoch };
  const inputs = [learning.pairs, ...states];
  return {
    parameters,
    inputs,
    artifact: artifactReference({ stage: 'survey', parameters, inputs }),
  };
}

/** Names the trained embeddings. */
export function modelArtifact(learning: LearningInput) {
  const parameters = learningParameters(learning);
  const inputs = [learning.pairs];
  return {
    parameters,
    inputs,
    artifact: artifactReference({ stage: 'train', parameters, inputs }),
  };
}

/**
 * Rounds of epochs, each the visits of one tournament, all named ahead: where every state and
 * checkpoint of a training lies.
 */
export function* roundsAhead(
  learning: LearningInput,
): Generator<{ to: number; visits: ArtifactReference[]; checkpoint: ArtifactReference[] }> {
  const { epochs, epochsPerRound, partitions } = learning.training;
  const states: (ArtifactReference | null)[] = Array.from({ length: partitions }, () => null);
  for (let from = 0; from < epochs; from += epochsPerRound) {
    const to = Math.min(from + epochsPerRound, epochs);
    const survey = isSurveyUsed(learning.training, from)
      ? surveyArtifact(
          learning,
          from,
          states.flatMap((state) => state ?? []),
        ).artifact
      : null;
    const visits: ArtifactReference[] = [];
    for (const [p, q] of rounds(partitions, learning.seed, from).flat()) {
      const visit: BlockVisit = {
        p,
        q,
        from,
        to,
        left: states[p] ?? null,
        right: states[q] ?? null,
        survey,
      };
      const left = stateArtifact(learning, visit, 'left').artifact;
      states[p] = left;
      if (p !== q) states[q] = stateArtifact(learning, visit, 'right').artifact;
      visits.push(left);
    }
    yield { to, visits, checkpoint: states.flatMap((state) => state ?? []) };
  }
}

/** The hard negatives of rows [from, to). */
export function minedOf(
  { pairs, perRow, over, seed, mineSeed = seed }: LearningInput,
  range: { from: number; to: number },
): ArtifactReference {
  return mineArtifact({ pairs, perRow, over, seed: mineSeed }, range).artifact;
}

/** The random key of a visit, beside the seed. */
export const visitKey = (visit: BlockVisit, training: PairwiseTraining): number =>
  blockId([visit.p, visit.q], training.partitions);

/**
 * Training once moved embeddings that were alone in their bucket. The keys hold that it does not,
 * so that what was trained before these options went is found.
 */
const REVIVAL = { reviveFrom: 0.3, reviveTo: 0 } as const;

const minedDigests = new WeakMap<LearningInput, string>();

function learningParameters(learning: LearningInput): Record<string, unknown> {
  let negatives = minedDigests.get(learning);
  if (negatives === undefined) {
    const ranges = learning.batches
      .slice(1)
      .map((to, at) => ({ from: learning.batches[at] ?? 0, to }));
    negatives = digestOfKeys(ranges.map((range) => minedOf(learning, range)));
    minedDigests.set(learning, negatives);
  }
  return {
    training: { ...learning.training, ...REVIVAL },
    seed: learning.seed,
    words: learning.words,
    negatives,
    ...(learning.warm && { warm: { ...learning.warm } }),
  };
}
