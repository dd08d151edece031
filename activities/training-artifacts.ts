import { blockId, rounds } from '../hashers/tournament.ts';
import type { ArtifactReference } from '../schemas/artifact.ts';
import type { TrainingConfiguration } from '../schemas/configuration.ts';
import { artifactReference } from '../store/artifacts.ts';
import { mineArtifact } from './mined-artifacts.ts';
import { digestOfKeys } from './shard-artifacts.ts';
import type { StageInput } from './stage-context.ts';

/** What all of training depends on. */
export interface LearningInput extends StageInput {
  /** The artifact of held-out pairs, which holds the training D. */
  pairs: ArtifactReference;
  /** Hard negatives a row, and the row ranges they were mined in. */
  perRow: number;
  batches: number[];
  seed: number;
  /** V. */
  words: number;
  training: TrainingConfiguration;
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
}

const stateOf = (visit: BlockVisit, side: 'left' | 'right') => (side === 'left' ? visit.p : visit.q);

/** Names a partition's state after a visit to a block. */
export function stateArtifact(learning: LearningInput, visit: BlockVisit, side: 'left' | 'right') {
  const { p, q, from, to, left, right } = visit;
  const parameters = { ...learningParameters(learning), p, q, from, to, state: stateOf(visit, side) };
  const inputs = [learning.pairs, ...(left ? [left] : []), ...(right && p !== q ? [right] : [])];
  return { parameters, inputs, artifact: artifactReference({ stage: 'block', parameters, inputs }) };
}

/** Names the trained embeddings. */
export function modelArtifact(learning: LearningInput) {
  const parameters = learningParameters(learning);
  const inputs = [learning.pairs];
  return { parameters, inputs, artifact: artifactReference({ stage: 'train', parameters, inputs }) };
}

/** Rounds of epochs, each the visits of one tournament, all named ahead: where every state and checkpoint of a training lies. */
export function* roundsAhead(learning: LearningInput): Generator<{ to: number; visits: ArtifactReference[]; checkpoint: ArtifactReference[] }> {
  const { epochs, epochsPerRound, partitions } = learning.training;
  const states: (ArtifactReference | null)[] = Array.from({ length: partitions }, () => null);
  for (let from = 0; from < epochs; from += epochsPerRound) {
    const to = Math.min(from + epochsPerRound, epochs);
    const visits: ArtifactReference[] = [];
    for (const [p, q] of rounds(partitions, learning.seed, from).flat()) {
      const visit: BlockVisit = { p, q, from, to, left: states[p] ?? null, right: states[q] ?? null };
      const left = stateArtifact(learning, visit, 'left').artifact;
      states[p] = left;
      if (p !== q) states[q] = stateArtifact(learning, visit, 'right').artifact;
      visits.push(left);
    }
    yield { to, visits, checkpoint: states.flatMap((state) => state ?? []) };
  }
}

/** The random key of a visit, beside the seed. */
export const visitKey = (visit: BlockVisit, training: TrainingConfiguration): number => blockId([visit.p, visit.q], training.partitions);

const minedDigests = new WeakMap<LearningInput, string>();

function learningParameters(learning: LearningInput): Record<string, unknown> {
  let negatives = minedDigests.get(learning);
  if (negatives === undefined) {
    const ranges = learning.batches.slice(1).map((to, at) => ({ from: learning.batches[at] ?? 0, to }));
    negatives = digestOfKeys(ranges.map((range) => mineArtifact(learning, range).artifact));
    minedDigests.set(learning, negatives);
  }
  return { training: learning.training, seed: learning.seed, words: learning.words, negatives };
}
