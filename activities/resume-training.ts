import type { ArtifactReference } from '../schemas/artifact.ts';
import { artifactComplete } from '../store/artifacts.ts';
import { type FinishTrainingOutput, finishedTraining } from './finish-training.ts';
import type { StageContext } from './stage-context.ts';
import { roundsAhead, type LearningInput } from './training-artifacts.ts';

export interface ResumeTrainingOutput {
  /** The whole training is there already. */
  finished?: FinishTrainingOutput;
  /** The last whole checkpoint of a run that was interrupted. */
  checkpoint?: { epoch: number; states: ArtifactReference[] };
}

/** Looks for what an earlier run of the same training has left. */
export async function resumeTraining(learning: LearningInput, context: StageContext): Promise<ResumeTrainingOutput> {
  if (learning.force) return {};
  const store = context.openStore(learning.store);
  const finished = await finishedTraining(learning, store);
  if (finished) return { finished };
  for (const { to, checkpoint } of [...roundsAhead(learning)].reverse()) {
    context.report(0, 0);
    const missing = await firstMissing(checkpoint);
    if (missing === undefined) return { checkpoint: { epoch: to, states: checkpoint } };
  }
  return {};

  async function firstMissing(states: ArtifactReference[]): Promise<ArtifactReference | undefined> {
    for (const state of states) if (!(await artifactComplete(store, state))) return state;
    return undefined;
  }
}
