import { continueAsNew, setHandler } from '@temporalio/workflow';
import type { SbmExperimentInput, SbmScore, SbmScores } from '../../schemas/experiment.ts';
import type { ChildProgress } from '../../schemas/run.ts';
import { childProgressQuery } from '../child-progress.ts';
import { inLanes } from '../in-lanes.ts';
import { runActivity } from '../run-activity.ts';

interface SbmExperimentState extends SbmExperimentInput {
  /** Scores so far, in the order of settings, then of trials. */
  scores?: SbmScore[];
}

/** Trials handed out at once, and in one history. */
const WINDOW = 100;
const PER_HISTORY = 1000;

/** Every setting of a sweep so many times: trials in parallel, each an artifact of its own. */
export async function sbmExperiment(input: SbmExperimentState): Promise<SbmScores> {
  const { store, force, settings, trials, firstSeed } = input;
  const scores = [...(input.scores ?? [])];
  const all = settings.length * trials;
  let finished = scores.length;
  setHandler(childProgressQuery, (): ChildProgress => ({
    done: finished,
    total: all,
    figures: {},
  }));
  const last = Math.min(all, scores.length + PER_HISTORY);
  const numbers = Array.from({ length: last - scores.length }, (_, k) => scores.length + k);
  await inLanes(WINDOW, numbers, async (number) => {
    scores[number] = await runTrial(number);
  });
  if (scores.length < all) await continueAsNew<typeof sbmExperiment>({ ...input, scores });
  return settings.map((_, at) => scores.slice(at * trials, (at + 1) * trials));

  async function runTrial(number: number): Promise<SbmScore> {
    const setting = settings[Math.floor(number / trials)];
    if (!setting) throw new Error(`trial ${number} has no setting`);
    const { method, draws } = setting;
    const { concentration, beta, lambda } = setting.training;
    const seed = firstSeed + (number % trials);
    const summary = `${method} K ${concentration} beta ${beta} lambda ${lambda}, ${draws}, seed ${seed}`;
    const { precision, recall, f1 } = await runActivity('sbmTrial', summary, {
      store,
      force,
      setting,
      seed,
    });
    finished += 1;
    return { precision, recall, f1 };
  }
}
