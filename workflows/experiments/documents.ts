import {
  continueAsNew,
  defineSignal,
  executeChild,
  getExternalWorkflowHandle,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { ArtifactReference } from '../../schemas/artifact.ts';
import {
  type DocumentExperimentInput,
  type DocumentScore,
  type DocumentSet,
  rowName,
} from '../../schemas/document-experiment.ts';
import { QUEUES } from '../../schemas/queues.ts';
import type { ChildProgress } from '../../schemas/run.ts';
import { childProgressQuery } from '../child-progress.ts';
import { inLanes } from '../in-lanes.ts';
import { runActivity } from '../run-activity.ts';

/** From a child to the experiment: one more trial is done. */
const trialDone = defineSignal('trialDone');

/** Trials handed out at once, and in one history. */
const WINDOW = 16;
const PER_HISTORY = 500;

/** A child a data set, one after the other, so that what is finished first is whole. */
export async function documentExperiment(input: DocumentExperimentInput): Promise<DocumentScore[]> {
  const perSet = input.settings.length * input.trials;
  const scores: DocumentScore[] = [];
  let done = 0;
  setHandler(trialDone, () => void (done += 1));
  setHandler(childProgressQuery, (): ChildProgress => ({
    done,
    total: perSet * input.sets.length,
    figures: {},
  }));
  for (const set of input.sets) {
    const workflowId = `${workflowInfo().workflowId}/${set.name}`;
    const args: [DocumentSetInput] = [{ ...input, sets: [set] }];
    scores.push(
      ...(await executeChild(documentSet, {
        workflowId,
        taskQueue: QUEUES.main,
        args,
        staticSummary: `${set.name}: ${perSet} trials`,
      })),
    );
  }
  return scores;
}

interface DocumentSetInput extends DocumentExperimentInput {
  weighed?: ArtifactReference;
  scores?: DocumentScore[];
}

/**
 * Reads and weighs one data set, then every setting so many times: trials are artifacts, so what is
 * there is not made again.
 */
export async function documentSet(input: DocumentSetInput): Promise<DocumentScore[]> {
  const { store, force, settings, trials, firstSeed, pictures } = input;
  const [set] = input.sets;
  if (!set) return [];
  const weighed = input.weighed ?? (await weigh(set, store));
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
    const setting = settings[number % settings.length];
    if (!setting) throw new Error(`trial ${number} has no setting`);
    const { name, variant, hashing, bits } = setting;
    // Seeds outside: the first seed of every setting is there before the second of any.
    const seed = firstSeed + Math.floor(number / settings.length);
    const picture = pictures && seed === firstSeed;
    const summary = `${set.name}, ${rowName(setting)}, ${bits} bits, seed ${seed}`;
    const { artifact, metrics } = await runActivity('documentTrial', summary, {
      store,
      force,
      weighed,
      hashing,
      bits,
      seed,
      ...(picture && { picture }),
    });
    scores[number] = {
      data: set.name,
      name,
      variant,
      bits,
      seed,
      metrics,
      trial: artifact,
      pictured: picture,
    };
    finished += 1;
    const { parent } = workflowInfo();
    if (parent) await getExternalWorkflowHandle(parent.workflowId).signal(trialDone);
  });
  if (last < all) await continueAsNew<typeof documentSet>({ ...input, weighed, scores });
  return scores;
}

async function weigh(
  { name, configuration }: DocumentSet,
  store: string,
): Promise<ArtifactReference> {
  const force = false;
  const { source, tokens, documents } = configuration;
  const corpus = await runActivity('list', name, { store, force, configuration });
  const files = corpus.artifact;
  await runActivity('ingest', name, {
    store,
    force,
    files,
    source,
    tokens,
    documents,
    from: 0,
    to: corpus.rows,
  });
  const weighed = await runActivity('weighDocuments', name, {
    store,
    force,
    files,
    source,
    tokens,
    documents,
  });
  return weighed.artifact;
}
