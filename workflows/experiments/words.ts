import { executeChild, setHandler, workflowInfo } from '@temporalio/workflow';
import { QUEUES } from '../../schemas/queues.ts';
import type { ChildProgress, Metrics } from '../../schemas/run.ts';
import type {
  WordExperimentInput,
  WordExperimentResult,
  WordSetting,
} from '../../schemas/word-experiment.ts';
import { affinityStages } from '../affinity-stages.ts';
import { childProgressQuery } from '../child-progress.ts';
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
  const { store, evaluation, seed } = configuration;
  const base = { store, force };

  const steps = {
    run: {
      stage: <Output>(_name: string, work: () => Promise<Output>) => work(),
      results: () => [],
      published: () => undefined,
    },
    runActivity,
    processShards: (...[activity, batches, shared]: Parameters<typeof shardsOf>) =>
      shardsOf(activity, batches, shared),
  };
  const { words, d, pairs, mining } = await affinityStages(input, steps);
  const yardstick = {
    ...base,
    affinity: d.artifact,
    tables: configuration.training.tables,
    queries: evaluation.queries,
    seed,
    part,
    vocabulary: words.artifact,
    wordnet: evaluation.wordnet,
  };
  const affinity = await runActivity(
    'measureAffinity',
    'degree, clustering, greedy clusters',
    yardstick,
  );

  const done: Metrics[] = [];
  while (done.length < all.length)
    done.push(...(await Promise.all(all.slice(done.length, done.length + parallel).map(runTrial))));
  const { cached: _cached, artifact: _artifact, ...figures } = affinity;
  return {
    affinity: figures,
    metrics: settings.map((_, at) => done.slice(at * trials, (at + 1) * trials)),
  };

  async function runTrial({
    setting,
    seed: trialSeed,
  }: {
    setting: WordSetting;
    seed: number;
  }): Promise<Metrics> {
    const { name, training, settle } = setting;
    const model = await executeChild(trainWorkflow, {
      workflowId: `${workflowInfo().workflowId}/${name}/${trialSeed}`,
      taskQueue: QUEUES.main,
      args: [
        {
          ...base,
          pairs: pairs.artifact,
          perRow: mining.perRow,
          over: mining.over,
          mineSeed: seed,
          seed: trialSeed,
          batches: pairs.batches,
          words: words.rows,
          training,
        },
      ],
      staticSummary: `${name}, seed ${trialSeed}`,
    });
    const codes = await runActivity('binarize', `${name}, seed ${trialSeed}`, {
      ...base,
      model: model.artifact,
      ...(settle && { pairs: pairs.artifact }),
    });
    const truth = {
      affinity: d.artifact,
      pairs: pairs.artifact,
      vocabulary: words.artifact,
      wordnet: evaluation.wordnet,
    };
    const quality = await runActivity('evaluate', `${name}, seed ${trialSeed}`, {
      ...base,
      ...truth,
      codes: codes.artifact,
      model: model.artifact,
      queries: evaluation.queries,
      seed,
      part,
    });
    shown.done += 1;
    return quality.metrics;
  }

  function shardsOf<Name extends Parameters<typeof processShards>[1]>(
    activity: Name,
    batches: number[],
    shared: Parameters<typeof processShards<Name>>[3],
  ) {
    return processShards({ child: () => undefined }, activity, batches, shared);
  }
}
