import {
  ActivityFailure,
  ApplicationFailure,
  continueAsNew,
  log,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { FinishTrainingOutput } from '../activities/training/finish-training.ts';
import type { Score } from '../activities/training/resume-training.ts';
import type { WarmStart } from '../activities/training/name-training.ts';
import type { ArtifactReference } from '../schemas/artifact.ts';
import { isSurveyUsed, rounds } from '../hashers/tournament.ts';
import type { TrainingConfiguration } from '../schemas/configuration.ts';
import type { ChildProgress } from '../schemas/run.ts';
import { childProgressQuery } from './child-progress.ts';
import { runActivity } from './run-activity.ts';

export type TrainOutput = FinishTrainingOutput;

/** Where training stands after a round: the checkpoint is the list of partition states. */
export interface TrainProgress {
  epoch: number;
  /** By partition; empty before the first round. */
  states: ArtifactReference[];
  /** States and surveys of the round before, kept for as long as a twin may still read them. */
  outdated: ArtifactReference[];
  /** What the surveys found so far. */
  scores: Score[];
  /** How often training went back to an earlier checkpoint. */
  fallbacks: number;
}

export interface TrainInput {
  store: string;
  force: boolean;
  pairs: ArtifactReference;
  perRow: number;
  over: 'rows' | 'pairs';
  seed: number;
  /** Of the hard negatives, where it is another. */
  mineSeed?: number;
  /** Row ranges of the mined negatives. */
  batches: number[];
  /** V. */
  words: number;
  training: TrainingConfiguration;
  warm?: WarmStart;
  progress?: TrainProgress;
}

type Learning = Omit<TrainInput, 'progress'>;

const LONGEST_HISTORY = 6000;
const MAX_FALLBACKS = 3;
const START: TrainProgress = { epoch: 0, states: [], outdated: [], scores: [], fallbacks: 0 };

/**
 * Sharded training: blocks that share no partition are trained at the same time, round after round,
 * with a survey of all codes between rounds.
 */
export async function train(input: TrainInput): Promise<TrainOutput> {
  const { progress: continued, ...learning } = input;
  const { training } = learning;
  let progress = continued ?? START;
  const shown: ChildProgress = { done: progress.epoch, total: training.epochs, figures: {} };
  setHandler(childProgressQuery, (): ChildProgress => ({ ...shown, done: progress.epoch }));

  if (!continued) {
    const finished = await takeUp();
    if (finished) return finished;
  }
  while (progress.epoch < training.epochs) {
    try {
      const survey =
        progress.epoch > 0
          ? await runActivity('survey', `after epoch ${progress.epoch}`, {
              ...learning,
              ...progress,
            })
          : undefined;
      if (survey) {
        const { f1, hitRate } = survey;
        progress = {
          ...progress,
          scores: [...progress.scores, { epoch: progress.epoch, f1, hitRate }],
        };
        shown.figures = { ...shown.figures, f1, hitRate };
        if (hasPeaked(progress.scores, training)) break;
      }
      const trained = await trainRound(learning, progress, survey?.artifact);
      shown.figures = {
        ...shown.figures,
        epoch: trained.epoch,
        loss: trained.loss,
        pairs: trained.pairs,
      };
      await forget(learning.store, progress.outdated);
      const { epoch, states, outdated } = trained;
      progress = { ...progress, epoch, states, outdated };
    } catch (error) {
      if (!isCorrupted(error) || progress.fallbacks >= MAX_FALLBACKS) throw error;
      const { fallbacks } = progress;
      progress = { ...START, fallbacks: fallbacks + 1 };
      const finished = await takeUp();
      if (finished) return finished;
    }
    if (
      progress.epoch < training.epochs &&
      (workflowInfo().historyLength > LONGEST_HISTORY || workflowInfo().continueAsNewSuggested)
    ) {
      await continueAsNew<typeof train>({ ...learning, progress });
    }
  }
  return await runActivity('finishTraining', 'gather the embeddings', {
    ...learning,
    progress,
  });

  /** Goes on from the last checkpoint whose bytes are those that were written. */
  async function takeUp(): Promise<TrainOutput | undefined> {
    const found = await runActivity('resumeTraining', 'look for a checkpoint', learning);
    if (found.corrupted.length > 0) {
      shown.notice =
        'a checkpoint was corrupted; training goes on from epoch ' +
        `${found.checkpoint?.epoch ?? 0}: ${found.corrupted.join('; ')}`;
      log.warn(shown.notice);
    }
    progress = { ...progress, ...found.checkpoint };
    return found.finished;
  }
}

/** Every pair of partitions once. */
async function trainRound(
  learning: Learning,
  progress: TrainProgress,
  survey: ArtifactReference | undefined,
) {
  const { training, seed } = learning;
  const { epochs, partitions, epochsPerRound } = training;
  const to = Math.min(progress.epoch + epochsPerRound, epochs);
  const states: (ArtifactReference | undefined)[] = [...progress.states];
  const outdated: ArtifactReference[] = survey ? [survey] : [];
  const used = isSurveyUsed(training, progress.epoch) ? (survey ?? null) : null;
  const blocks: { loss: number; pairs: number }[] = [];
  for (const round of rounds(partitions, seed, progress.epoch)) {
    const trained = await Promise.all(
      round.map(([p, q]) => {
        const summary = `epoch ${to} of ${epochs}, block ${p} x ${q}`;
        const visit = {
          p,
          q,
          from: progress.epoch,
          to,
          left: states[p] ?? null,
          right: states[q] ?? null,
          survey: used,
        };
        return runActivity('trainBlock', summary, { ...learning, ...visit });
      }),
    );
    for (const [at, [p, q]] of round.entries()) {
      const block = trained[at];
      if (!block) throw new Error(`block ${p} x ${q} has no result`);
      outdated.push(...[states[p], states[q]].flatMap((state) => state ?? []));
      states[p] = block.left;
      states[q] = block.right;
      blocks.push(block);
    }
  }
  const pairs = blocks.reduce((sum, block) => sum + block.pairs, 0);
  const loss =
    blocks.reduce((sum, block) => sum + block.loss * block.pairs, 0) / Math.max(pairs, 1);
  return { epoch: to, states: states.flatMap((state) => state ?? []), outdated, loss, pairs };
}

/**
 * Whether the figure that training stops on has not risen for as many rounds as patience allows.
 */
function hasPeaked(scores: readonly Score[], { stopOn, patience }: TrainingConfiguration): boolean {
  if (stopOn === 'none') return false;
  const best = scores.reduce(
    (found, score, at) => (score[stopOn] > scores[found]![stopOn] ? at : found),
    0,
  );
  return scores.length - 1 - best >= patience;
}

function isCorrupted(error: unknown): boolean {
  return (
    error instanceof ActivityFailure &&
    error.cause instanceof ApplicationFailure &&
    error.cause.type === 'IntegrityError'
  );
}

/** A checkpoint is dropped a round after it was replaced, when no retry can ask for it any more. */
async function forget(store: string, artifacts: ArtifactReference[]): Promise<void> {
  if (artifacts.length > 0)
    await runActivity('dropCheckpoints', `${artifacts.length} outdated states`, {
      store,
      artifacts,
    });
}
