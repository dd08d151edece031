import type { ReindexInput, ReindexResult } from '../schemas/run.ts';
import { affinityStages } from './affinity-stages.ts';
import { exportIndex } from './export-stages.ts';
import { factorizeRows } from './factor-stages.ts';
import { publishIndex } from './publish-index.ts';
import { reindexDocuments } from './reindex-documents.ts';
import { reindexVectors } from './reindex-vectors.ts';
import type { StageRuntime } from './stage-runtime.ts';
import { corpusRemarks } from './corpus-remarks.ts';

/**
 * From a corpus to a published hash-bucket index: the way of the data, a stage a line. Temporal
 * takes the stages in a run, `hashloom plan` only looks whether a run would.
 */
export async function reindexStages(
  input: ReindexInput,
  runtime: StageRuntime,
): Promise<ReindexResult> {
  if (input.configuration.source.kind === 'vectors') return await reindexVectors(input, runtime);
  if (input.configuration.source.kind === 'documents')
    return await reindexDocuments(input, runtime);
  const { configuration, force } = input;
  const { store, index, source, negatives, neighbours, training } = configuration;
  const { buckets, evaluation, seed } = configuration;
  const { run, runActivity, processShards, learn } = runtime;

  const affinity = await affinityStages(input, runtime);
  const { corpus, dictionary, words, filtered, d, pairs } = affinity;
  const { top, postings, ...prediction } = neighbours;
  const sides = source.kind === 'pairs' ? source.sides : 'one';
  const predicted = { ...prediction, seed, sides };
  const factors = await run.stage('factors', async () => {
    if (top === 0 || prediction.factors === 0)
      return { cached: true, rows: 0, bytes: 0, lineage: [] };
    const factorizing = { store, force, affinity: d.artifact, postings, ...predicted, filtered };
    const output = await factorizeRows(runtime, words.rows, factorizing);
    return { ...output, lineage: [output.artifact] };
  });
  const lists = {
    affinity: d.artifact,
    top,
    postings,
    ...(prediction.factors > 0 && { predicted }),
  };
  await run.stage('relate', async () => {
    if (top === 0) return { cached: true, rows: 0, bytes: 0 };
    return await processShards('relate', pairs.batches, { store, force, ...lists, filtered });
  });
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
  const exported = await run.stage('export', () =>
    exportIndex(runtime, `${training.tables} tables`, codes, {
      store,
      force,
      codes: codes.artifact,
      vocabulary: words.artifact,
      model: model.artifact,
      ...(top > 0 && { lists: { ...lists, ranges: pairs.batches } }),
      maximumBucket: buckets.maximumSize,
      memoryMiB: configuration.export.memoryMiB,
    }),
  );
  const quality = await run.stage('evaluate', () =>
    runActivity('evaluate', `${evaluation.queries} queries`, {
      store,
      force,
      affinity: d.artifact,
      pairs: pairs.artifact,
      codes: codes.artifact,
      model: model.artifact,
      vocabulary: words.artifact,
      maximumBucket: buckets.maximumSize,
      queries: evaluation.queries,
      wordnet: evaluation.wordnet,
      seed,
    }),
  );
  const answers = await run.stage('answers', () =>
    runActivity('measureAnswers', `${pairs.rows} held-out pairs`, {
      store,
      force,
      pairs: pairs.artifact,
      filtered,
      postings,
      ...(prediction.factors > 0 && { predicted }),
      codes: codes.artifact,
      model: model.artifact,
      vocabulary: words.artifact,
      maximumBucket: buckets.maximumSize,
      leftSide: source.kind === 'pairs' && source.sides === 'two' ? source.columns.left : '',
      seed,
    }),
  );
  const outputs = [exported, answers, quality, codes, model];
  return await publishIndex(input, runtime, {
    lineage: [...outputs.map(({ artifact }) => artifact), ...factors.lineage, ...affinity.lineage],
    metrics: { ...answers.metrics, ...quality.metrics },
    common: words.common,
    corpus: corpusRemarks(dictionary.skipped, corpus.repeated),
  });
}
