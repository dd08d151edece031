import {
  ActivityFailure,
  ApplicationFailure,
  continueAsNew,
  log,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { Score } from '../activities/training/resume-training.ts';
import type { LearningInput } from '../activities/training/name-training.ts';
import type { ArtifactReference } from '../schemas/artifact.ts';
import type { PairwiseTraining } from '../schemas/configuration/training.ts';
import type { ChildProgress } from '../schemas/run.ts';
import { childProgressQuery } from './child-progress.ts';
import { runActivity } from './run-activity.ts';
import { trainRound } from './train-round.ts';
import type { StageOutput } from '../activities/stage/stage.ts';

export type TrainOutput = StageOutput;

/** Where training stands after a round: the checkpoint is the list of partition states. */
interface TrainProgress {
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

interface TrainInput {
  learning: LearningInput;
  /** Where an execution before this one has come to. */
  progress?: TrainProgress;
}

const LONGEST_HISTORY = 6000;
const MAX_FALLBACKS = 3;
const START: TrainProgress = { epoch: 0, states: [], outdated: [], scores: [], fallbacks: 0 };

/**
 * Sharded training: blocks that share no partition are trained at the same time, round after round,
 * with a survey of all codes between rounds.
 */
export async function train({ learning, progress: continued }: TrainInput): Promise<TrainOutput> {
  const { training } = learning;
  let progress = continued ?? START;
  const shown: ChildProgress = { done: progress.epoch, total: training.epochs, figures: {} };
  setHandler(childProgressQuery, (): ChildProgress => ({ ...shown, done: progress.epoch }));

  if (!continued) {
    const finished = await resumeFromCheckpoint();
    if (finished) return finished;
  }
  while (progress.epoch < training.epochs) {
    try {
      const survey = progress.epoch > 0 ? await surveyCodes() : undefined;
      if (hasPeaked(progress.scores, training)) break;
      const round = await trainRound(learning, progress, survey);
      shown.figures = {
        ...shown.figures,
        epoch: round.epoch,
        loss: round.loss,
        pairs: round.pairs,
      };
      await dropOutdatedStates(learning.store, progress.outdated);
      const { epoch, states, outdated } = round;
      progress = { ...progress, epoch, states, outdated };
    } catch (error) {
      if (!isCorrupted(error) || progress.fallbacks >= MAX_FALLBACKS) throw error;
      const { fallbacks } = progress;
      progress = { ...START, fallbacks: fallbacks + 1 };
      const finished = await resumeFromCheckpoint();
      if (finished) return finished;
    }
    if (
      progress.epoch < training.epochs &&
      (workflowInfo().historyLength > LONGEST_HISTORY || workflowInfo().continueAsNewSuggested)
    ) {
      await continueAsNew<typeof train>({ learning, progress });
    }
  }
  const { epoch, states } = progress;
  return await runActivity('finishTraining', 'gather the embeddings', { learning, epoch, states });

  /** Goes on from the last checkpoint whose bytes are those that were written. */
  async function resumeFromCheckpoint(): Promise<TrainOutput | undefined> {
    const found = await runActivity('resumeTraining', 'look for a checkpoint', learning);
    if (found.corrupted.length > 0) {
      const from = found.checkpoint?.epoch ?? 0;
      const which = found.corrupted.join('; ');
      shown.notice = `a checkpoint was corrupted; training goes on from epoch ${from}: ${which}`;
      log.warn(shown.notice);
    }
    progress = { ...progress, ...found.checkpoint };
    return found.finished;
  }

  /** What all codes together tell between two rounds: the scores, and the artifact for the next. */
  async function surveyCodes(): Promise<ArtifactReference> {
    const { epoch, states } = progress;
    const { artifact, f1, hitRate } = await runActivity('survey', `after epoch ${epoch}`, {
      learning,
      epoch,
      states,
    });
    progress = { ...progress, scores: [...progress.scores, { epoch, f1, hitRate }] };
    shown.figures = { ...shown.figures, f1, hitRate };
    return artifact;
  }
}

/**
 * Whether the figure that training stops on has not risen for as many rounds as patience allows.
 */
function hasPeaked(scores: readonly Score[], { stopOn, patience }: PairwiseTraining): boolean {
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
async function dropOutdatedStates(store: string, artifacts: ArtifactReference[]): Promise<void> {
  if (artifacts.length > 0)
    await runActivity('dropCheckpoints', `${artifacts.length} outdated states`, {
      store,
      artifacts,
    });
}
