import type { ReindexInput, ReindexResult } from '../schemas/run.ts';
import { affinityStages } from './affinity-stages.ts';
import { exportIndex } from './export-stages.ts';
import { reindexDocuments } from './reindex-documents.ts';
import { reindexVectors } from './reindex-vectors.ts';
import type { StageRuntime } from './stage-runtime.ts';

/**
 * From a corpus to a published hash-bucket index: the way of the data, a stage a line. Temporal
 * takes its steps in a run, `hashloom plan` only looks whether a run would.
 */
export async function reindexStages(
  input: ReindexInput,
  steps: StageRuntime,
): Promise<ReindexResult> {
  if (input.configuration.source.kind === 'vectors') return await reindexVectors(input, steps);
  if (input.configuration.source.kind === 'documents') return await reindexDocuments(input, steps);
  const { configuration, force } = input;
  const { index, training, buckets, evaluation, seed } = configuration;
  const base = { store: configuration.store, force };
  const { run, runActivity, learn, passGate } = steps;

  const { corpus, dictionary, words, counted, rows, d, pairs, mining } = await affinityStages(
    input,
    steps,
  );
  const learning = { ...mining, batches: pairs.batches, words: words.rows, training };
  const model = await run.stage('train', async () => {
    const warm =
      training.warmStart === 'none'
        ? null
        : await runActivity('findWarmStart', index, {
            ...learning,
            index,
            vocabulary: words.artifact,
          });
    return await learn({ ...learning, ...(warm && { warm }) });
  });
  const codes = await run.stage('binarize', () =>
    runActivity('binarize', `${training.bits} bits`, {
      ...base,
      model: model.artifact,
      ...(buckets.settle && { pairs: pairs.artifact }),
    }),
  );
  const exported = await run.stage('export', () =>
    exportIndex(steps, `${training.tables} tables`, codes, {
      ...base,
      ...configuration.export,
      codes: codes.artifact,
      vocabulary: words.artifact,
      model: model.artifact,
      maximumBucket: buckets.maximumSize,
    }),
  );
  const truth = { affinity: d.artifact, pairs: pairs.artifact };
  const quality = await run.stage('evaluate', () =>
    runActivity('evaluate', `${evaluation.queries} queries`, {
      ...base,
      ...truth,
      codes: codes.artifact,
      model: model.artifact,
      vocabulary: words.artifact,
      maximumBucket: buckets.maximumSize,
      ...evaluation,
      seed,
    }),
  );
  const remarks = {
    skippedFiles: dictionary.skipped.files,
    firstSkipped: dictionary.skipped.first,
    repeatedFiles: corpus.repeated,
  };
  const lineage = [
    ...[exported, quality, codes, model, pairs, d, rows].map((output) => output.artifact),
    counted.groups,
    words.artifact,
    dictionary.artifact,
    corpus.artifact,
  ];
  const made = { ...base, configuration, lineage, metrics: quality.metrics };
  const page = await run.stage('report', () =>
    runActivity('report', index, { ...made, stages: run.results() }),
  );
  const approval = await passGate(quality.metrics, page);
  const version = await run.stage('publish', () =>
    runActivity('publish', index, {
      ...made,
      common: words.common,
      report: page.artifact,
      ...(approval && { approval }),
      ...(page.previous && { comparedWith: page.previous.version }),
    }),
  );
  run.published(version.version);
  const { uri, published } = version;
  return {
    index,
    version: version.version,
    uri,
    published,
    ...steps.execution,
    stages: run.results(),
    metrics: quality.metrics,
    corpus: remarks,
  };
}
