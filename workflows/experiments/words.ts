import { executeChild, setHandler, workflowInfo } from '@temporalio/workflow';
import { QUEUES } from '../../schemas/queues.ts';
import type { ChildProgress, Metrics } from '../../schemas/run.ts';
import type {
  WordExperimentInput,
  WordExperimentResult,
  WordSetting,
} from '../../schemas/word-experiment.ts';
import { affinityStages, mineStage } from '../affinity-stages.ts';
import { childProgressQuery } from '../child-progress.ts';
import { inLanes } from '../in-lanes.ts';
import { runActivity } from '../run-activity.ts';
import { processShards } from '../start-children.ts';
import { train as trainWorkflow } from '../train.ts';

/**
 * The word model (paper 1, section 4.3): one D, every setting trained on it with so many seeds;
 * training, codes and figures are artifacts, so it may stop anywhere.
 */
export async function wordExperiment(input: WordExperimentInput): Promise<WordExperimentResult> {
  const { configuration, force, settings, trials, firstSeed, part, parallel } = input;
  const all = settings.flatMap((setting) =>
    Array.from({ length: trials }, (_, trial) => ({ setting, seed: firstSeed + trial })),
  );
  const shown: ChildProgress = { done: 0, total: all.length, figures: {} };
  setHandler(childProgressQuery, (): ChildProgress => shown);
  const {
    store,
    training: { tables },
    evaluation,
    seed,
  } = configuration;

  const runtime: Parameters<typeof affinityStages>[1] = {
    run: {
      stage: (_name, work) => work(),
      results: () => [],
      published: () => undefined,
    },
    runActivity,
    processShards: (activity, batches, shared) =>
      processShards({ child: () => undefined }, activity, batches, shared),
  };
  const { words, d, pairs } = await affinityStages(input, runtime);
  await mineStage(input, runtime, pairs);
  const measured = await runActivity('measureAffinity', 'degree, clustering, greedy clusters', {
    store,
    force,
    affinity: d.artifact,
    tables,
    queries: evaluation.queries,
    seed,
    part,
    vocabulary: words.artifact,
    wordnet: evaluation.wordnet,
  });

  const metrics: Metrics[] = [];
  await inLanes(parallel, all.entries(), async ([number, trial]) => {
    metrics[number] = await runTrial(trial);
    shown.done += 1;
  });
  const { cached: _cached, artifact: _artifact, ...affinity } = measured;
  return {
    affinity,
    metrics: settings.map((_, at) => metrics.slice(at * trials, (at + 1) * trials)),
  };

  async function runTrial(trial: Trial): Promise<Metrics> {
    const { name, training, settle } = trial.setting;
    const summary = `${name}, seed ${trial.seed}`;
    const { perRow, over } = configuration.negatives;
    const learning = {
      store,
      force,
      pairs: pairs.artifact,
      perRow,
      over,
      mineSeed: seed,
      seed: trial.seed,
      batches: pairs.batches,
      words: words.rows,
      training,
    };
    const model = await executeChild(trainWorkflow, {
      workflowId: `${workflowInfo().workflowId}/${name}/${trial.seed}`,
      taskQueue: QUEUES.main,
      args: [{ learning }],
      staticSummary: summary,
    });
    const codes = await runActivity('binarize', summary, {
      store,
      force,
      model: model.artifact,
      ...(settle && { pairs: pairs.artifact }),
    });
    const quality = await runActivity('evaluate', summary, {
      store,
      force,
      affinity: d.artifact,
      pairs: pairs.artifact,
      vocabulary: words.artifact,
      codes: codes.artifact,
      model: model.artifact,
      queries: evaluation.queries,
      wordnet: evaluation.wordnet,
      seed,
      part,
    });
    return quality.metrics;
  }
}

interface Trial {
  setting: WordSetting;
  seed: number;
}
