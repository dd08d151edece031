import type { FactorParameters } from '../activities/factors/name-factors.ts';
import type { StageOutput } from '../activities/stage/stage.ts';
import { isPairwise } from '../schemas/configuration/training.ts';
import type { ReindexInput } from '../schemas/run.ts';
import type { affinityStages } from './affinity-stages.ts';
import { mineStage } from './affinity-stages.ts';
import type { StageRuntime } from './stage-runtime.ts';

/**
 * The codes of all items: learned from factors of D, or the signs of embeddings, the model, that
 * are trained with a loss.
 */
export async function codeStages(
  { configuration, force }: Pick<ReindexInput, 'configuration' | 'force'>,
  runtime: StageRuntime,
  { words, pairs, filtered }: Awaited<ReturnType<typeof affinityStages>>,
  factors: FactorParameters,
): Promise<{ codes: StageOutput; model?: StageOutput }> {
  const { store, index, negatives, training, buckets, seed } = configuration;
  const { run, runActivity, learn } = runtime;
  if (!isPairwise(training)) {
    const { bits } = configuration.codes;
    const codes = await run.stage('two-codes', () =>
      runActivity('learnCodes', `twice ${bits} bits`, {
        store,
        force,
        ...factors,
        filtered,
        codes: configuration.codes,
      }),
    );
    return { codes };
  }
  await mineStage({ configuration, force }, runtime, pairs);
  const model = await run.stage('train', async () => {
    const learning = {
      store,
      force,
      pairs: pairs.artifact,
      perRow: negatives.perRow,
      over: negatives.over,
      batches: pairs.batches,
      words: words.rows,
      training,
      seed,
    };
    if (training.warmStart === 'none') return await learn(learning);
    const vocabulary = words.artifact;
    const warm = await runActivity('findWarmStart', index, { learning, index, vocabulary });
    return await learn(warm ? { ...learning, warm } : learning);
  });
  const codes = await run.stage('binarize', () =>
    runActivity('binarize', `${training.bits} bits`, {
      store,
      force,
      model: model.artifact,
      ...(buckets.settle && { pairs: pairs.artifact }),
    }),
  );
  return { codes, model };
}
