import type { ReindexInput, ReindexResult } from '../schemas/run.ts';
import { affinityStages } from './affinity-stages.ts';
import { codeStages } from './code-stages.ts';
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
  const { store, source, neighbours } = configuration;
  const { buckets, evaluation, seed } = configuration;
  const { run, runActivity, processShards } = runtime;

  const affinity = await affinityStages(input, runtime);
  const { corpus, dictionary, words, filtered, d, pairs } = affinity;
  const { top, postings, ...prediction } = neighbours;
  const sides = source.kind === 'pairs' ? source.sides : 'one';
  const predicted = { ...prediction, seed, sides };
  const factors = await run.stage('factors', async () => {
    if (prediction.factors === 0) return { cached: true, rows: 0, bytes: 0, lineage: [] };
    const vocabulary = words.artifact;
    const factorizing = { store, force, postings, ...predicted, filtered, vocabulary };
    // What is measured, and what codes are learned from, has not seen the held-out pairs.
    const measured = { ...factorizing, affinity: pairs.artifact };
    const { artifact } = await factorizeRows(runtime, words.rows, measured);
    if (top === 0) return { cached: true, rows: 0, bytes: 0, lineage: [artifact] };
    const all = { ...factorizing, affinity: d.artifact };
    const output = await factorizeRows(runtime, words.rows, all);
    return { ...output, lineage: [output.artifact, artifact] };
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
  const { codes, model } = await codeStages(input, runtime, affinity, {
    affinity: pairs.artifact,
    postings,
    ...predicted,
  });
  const exported = await run.stage('export', () =>
    exportIndex(runtime, `${codes.facts['tables']} tables`, codes, {
      store,
      force,
      codes: codes.artifact,
      vocabulary: words.artifact,
      ...(model && { model: model.artifact }),
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
      ...(model && { model: model.artifact }),
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
      exported: exported.artifact,
      ...(model && { model: model.artifact }),
      vocabulary: words.artifact,
      maximumBucket: buckets.maximumSize,
      leftSide: source.kind === 'pairs' && source.sides === 'two' ? source.columns.left : '',
      seed,
    }),
  );
  const outputs = [exported, answers, quality, codes, ...(model ? [model] : [])];
  return await publishIndex(input, runtime, {
    lineage: [...outputs.map(({ artifact }) => artifact), ...factors.lineage, ...affinity.lineage],
    metrics: { ...answers.metrics, ...quality.metrics },
    common: words.common,
    corpus: corpusRemarks(dictionary.skipped, corpus),
  });
}
