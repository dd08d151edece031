import { readingRules } from '../schemas/reading-rules.ts';
import { numbersOf, type ReindexInput, type ReindexResult } from '../schemas/run.ts';
import { exportIndex } from './export-stages.ts';
import { publishIndex } from './publish-index.ts';
import type { StageRuntime } from './stage-runtime.ts';
import { corpusRemarks } from './corpus-remarks.ts';

/**
 * From vectors that are there to a published hash-bucket index: the shortest way, without labels
 * and without training.
 */
export async function reindexVectors(
  input: ReindexInput,
  runtime: StageRuntime,
): Promise<ReindexResult> {
  const { configuration, force } = input;
  const { store, source, training, vectors, neighbours, buckets, seed } = configuration;
  const { tables, bits } = training;
  const { run, runActivity, processShards } = runtime;

  const corpus = await run.stage('list', () =>
    runActivity('list', source.path, { store, force, configuration }),
  );
  const codes = await run.stage('encode', () =>
    runActivity('encodeVectors', `${vectors.method}, ${tables} x ${bits} bits`, {
      store,
      force,
      files: corpus.artifact,
      reading: readingRules(source),
      vectors,
      tables,
      bits,
      seed,
    }),
  );
  const cells = await run.stage('cells', () =>
    runActivity('buildCells', `${vectors.vector}, a byte a dimension`, {
      store,
      force,
      files: corpus.artifact,
      reading: readingRules(source),
      vectors,
      encoded: codes.artifact,
      seed,
    }),
  );
  const lists = { cells: cells.artifact, top: neighbours.top };
  await run.stage('relate-vectors', async () => {
    if (neighbours.top === 0) return { cached: true, rows: 0, bytes: 0 };
    return await processShards('relateVectors', cells.batches, { store, force, ...lists });
  });
  const exported = await run.stage('export', () =>
    exportIndex(runtime, `${tables} tables`, codes, {
      store,
      force,
      codes: codes.artifact,
      items: codes.artifact,
      ...(neighbours.top > 0 && { lists: { ...lists, ranges: cells.batches } }),
      maximumBucket: buckets.maximumSize,
      memoryMiB: configuration.export.memoryMiB,
    }),
  );
  const answers = await run.stage('answers', () =>
    runActivity('measureNearVectors', `${exported.rows} vectors`, {
      store,
      force,
      files: corpus.artifact,
      reading: readingRules(source),
      vectors,
      encoded: codes.artifact,
      cells: cells.artifact,
      exported: exported.artifact,
      top: neighbours.top,
      maximumBucket: buckets.maximumSize,
      seed,
    }),
  );
  return await publishIndex(input, runtime, {
    lineage: [exported.artifact, answers.artifact, cells.artifact, codes.artifact, corpus.artifact],
    metrics: { ...answers.metrics, ...numbersOf(exported.facts) },
    kind: codes.kind,
    corpus: corpusRemarks(codes.skipped, corpus),
  });
}
