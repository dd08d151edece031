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
  { configuration, force, retrain = false }: Omit<ReindexInput, 'searchAttributes'>,
  runtime: StageRuntime,
  { words, pairs, filtered }: Awaited<ReturnType<typeof affinityStages>>,
  factors: FactorParameters,
): Promise<{ codes: StageOutput; model?: StageOutput }> {
  const { store, index, negatives, training, buckets, seed } = configuration;
  const { run, runActivity, learn } = runtime;
  if (!isPairwise(training)) {
    const codes = await run.stage('two-codes', async () => {
      const learning = { ...factors, codes: configuration.codes };
      const summary = `twice ${learning.codes.bits} bits`;
      const input = { store, force, ...learning, filtered };
      if (retrain || configuration.codes.drift === 0)
        return await runActivity('learnCodes', summary, input);
      const kept = await runActivity('findPublishedCodes', index, {
        store,
        force,
        learning,
        index,
        vocabulary: words.artifact,
        mostDrift: configuration.codes.drift,
      });
      if (kept) return await runActivity('keepCodes', summary, { ...input, kept });
      return await runActivity('learnCodes', summary, input);
    });
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
    if (training.warmStart === 'none' || retrain) return await learn(learning);
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
