import type { ReindexInput, ReindexResult } from '../schemas/run.ts';
import { exportIndex } from './export-stages.ts';
import type { StageRuntime } from './stage-runtime.ts';

/**
 * From vectors that are there to a published hash-bucket index: the shortest way, without labels
 * and without training.
 */
export async function reindexVectors(
  input: ReindexInput,
  { run, runActivity, processShards, passGate, execution }: StageRuntime,
): Promise<ReindexResult> {
  const { configuration, force } = input;
  const { index, source, training, vectors, seed } = configuration;
  const base = { store: configuration.store, force };

  const corpus = await run.stage('list', () =>
    runActivity('list', source.path, { ...base, configuration }),
  );
  const shape = { tables: training.tables, bits: training.bits };
  const codes = await run.stage('encode', () =>
    runActivity('encodeVectors', `${vectors.method}, ${shape.tables} x ${shape.bits} bits`, {
      ...base,
      files: corpus.artifact,
      badFiles: source.badFiles,
      vectors,
      ...shape,
      seed,
    }),
  );
  const buckets = await run.stage('export', () =>
    exportIndex({ runActivity, processShards }, `${training.tables} tables`, codes, {
      ...base,
      ...configuration.export,
      codes: codes.artifact,
      items: codes.artifact,
      maximumBucket: configuration.buckets.maximumSize,
    }),
  );
  const metrics = Object.fromEntries(
    Object.entries(buckets.facts).filter(
      (entry): entry is [string, number] => typeof entry[1] === 'number',
    ),
  );
  const lineage = [buckets.artifact, codes.artifact, corpus.artifact];
  const made = { ...base, configuration, lineage, metrics };
  const page = await run.stage('report', () =>
    runActivity('report', index, { ...made, stages: run.results() }),
  );
  const approval = await passGate(metrics, page);
  const version = await run.stage('publish', () =>
    runActivity('publish', index, {
      ...made,
      kind: codes.kind,
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
    ...execution,
    stages: run.results(),
    metrics,
    corpus: {
      skippedFiles: codes.skipped.files,
      firstSkipped: codes.skipped.first,
      repeatedFiles: corpus.repeated,
    },
  };
}
