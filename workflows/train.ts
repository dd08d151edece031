import { continueAsNew, setHandler, workflowInfo } from '@temporalio/workflow';
import type { FinishTrainingOutput } from '../activities/finish-training.ts';
import type { ArtifactReference } from '../schemas/artifact.ts';
import { rounds } from '../hashers/tournament.ts';
import type { TrainingConfiguration } from '../schemas/configuration.ts';
import type { ChildProgress } from '../schemas/run.ts';
import { childProgressQuery } from './child-progress.ts';
import { perform } from './policies.ts';

export type TrainOutput = FinishTrainingOutput;

/** Where training stands after a round: the checkpoint is the list of partition states. */
export interface TrainProgress {
  epoch: number;
  /** By partition; empty before the first round. */
  states: ArtifactReference[];
  /** States of the round before, kept for as long as a twin may still read them. */
  outdated: ArtifactReference[];
}

export interface TrainInput {
  store: string;
  force: boolean;
  pairs: ArtifactReference;
  perRow: number;
  seed: number;
  /** Row ranges of the mined negatives. */
  batches: number[];
  /** V. */
  words: number;
  training: TrainingConfiguration;
  progress?: TrainProgress;
}

const LONGEST_HISTORY = 6000;

/** Sharded training: blocks that share no partition are trained at the same time, round after round. */
export async function train(input: TrainInput): Promise<TrainOutput> {
  const { progress: continued, ...learning } = input;
  const { training, seed } = learning;
  const { epochs, partitions, epochsPerRound } = training;
  let progress: TrainProgress = continued ?? { epoch: 0, states: [], outdated: [] };
  let figures: Record<string, number> = {};
  setHandler(childProgressQuery, (): ChildProgress => ({ done: progress.epoch, total: epochs, figures }));

  if (!continued) {
    const found = await perform('train', 'resumeTraining', 'look for a checkpoint', learning);
    if (found.finished) return found.finished;
    progress = { ...progress, ...found.checkpoint };
  }
  while (progress.epoch < epochs) {
    const to = Math.min(progress.epoch + epochsPerRound, epochs);
    const states: (ArtifactReference | undefined)[] = [...progress.states];
    const replaced: ArtifactReference[] = [];
    const blocks: { loss: number; pairs: number }[] = [];
    for (const round of rounds(partitions, seed, progress.epoch)) {
      const trained = await Promise.all(
        round.map(([p, q]) => {
          const summary = `epoch ${to} of ${epochs}, block ${p} x ${q}`;
          const visit = { p, q, from: progress.epoch, to, left: states[p] ?? null, right: states[q] ?? null };
          return perform('train', 'trainBlock', summary, { ...learning, ...visit });
        }),
      );
      for (const [at, [p, q]] of round.entries()) {
        const block = trained[at];
        if (!block) throw new Error(`block ${p} x ${q} has no result`);
        replaced.push(...[states[p], states[q]].flatMap((state) => state ?? []));
        states[p] = block.left;
        states[q] = block.right;
        blocks.push(block);
      }
    }
    const pairs = blocks.reduce((sum, block) => sum + block.pairs, 0);
    const loss = blocks.reduce((sum, block) => sum + block.loss * block.pairs, 0) / Math.max(pairs, 1);
    figures = { epoch: to, loss, pairs };
    await forget(learning.store, progress.outdated);
    progress = { epoch: to, states: states.flatMap((state) => state ?? []), outdated: replaced };
    if (progress.epoch < epochs && (workflowInfo().historyLength > LONGEST_HISTORY || workflowInfo().continueAsNewSuggested)) {
      await continueAsNew<typeof train>({ ...learning, progress });
    }
  }
  return await perform('train', 'finishTraining', 'gather the embeddings', { ...learning, progress });
}

/** A checkpoint is dropped a round after it was replaced, when no retry can ask for it any more. */
async function forget(store: string, artifacts: ArtifactReference[]): Promise<void> {
  if (artifacts.length > 0) await perform('train', 'dropCheckpoints', `${artifacts.length} outdated states`, { store, artifacts });
}
