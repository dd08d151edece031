import type { ReindexInput, ReindexResult } from '../schemas/run.ts';
import { exportIndex } from './export-stages.ts';
import type { StageRuntime } from './stage-runtime.ts';

/**
 * From documents to a published hash-bucket index whose items are their ids, with the encoder of
 * other texts beside it.
 */
export async function reindexDocuments(
  input: ReindexInput,
  { run, runActivity, processShards, passGate, execution }: StageRuntime,
): Promise<ReindexResult> {
  const { configuration, force } = input;
  const { index, source, tokens, documents, hashing, training, seed } = configuration;
  const base = { store: configuration.store, force };

  const corpus = await run.stage('list', () =>
    runActivity('list', source.path, { ...base, configuration }),
  );
  const shards = { ...base, files: corpus.artifact, source, tokens, documents };
  await run.stage('ingest', () => processShards('ingest', corpus.batches, shards));
  const weighed = await run.stage('weigh', () =>
    runActivity('weighDocuments', `${corpus.rows} files`, shards),
  );
  const learning = { ...base, weighed: weighed.artifact, hashing, bits: training.bits, seed };
  const hasher = await run.stage('hasher', () =>
    runActivity('learnHasher', `${hashing.method}, ${training.bits} bits`, learning),
  );
  const codes = await run.stage('encode-documents', () =>
    runActivity('encodeDocuments', `${weighed.rows} documents`, {
      ...base,
      weighed: weighed.artifact,
      hasher: hasher.artifact,
      tokens,
      documents,
    }),
  );
  const buckets = await run.stage('export', () =>
    exportIndex({ runActivity, processShards }, `${training.bits} bits`, codes, {
      ...base,
      ...configuration.export,
      codes: codes.artifact,
      items: codes.artifact,
      encoder: codes.artifact,
      maximumBucket: configuration.buckets.maximumSize,
    }),
  );
  const metrics = Object.fromEntries(
    Object.entries({ ...buckets.facts, ...codes.facts }).filter(
      (entry): entry is [string, number] => typeof entry[1] === 'number',
    ),
  );
  const lineage = [buckets, codes, hasher, weighed, corpus].map(({ artifact }) => artifact);
  const made = { ...base, configuration, lineage, metrics };
  const page = await run.stage('report', () =>
    runActivity('report', index, { ...made, stages: run.results() }),
  );
  const approval = await passGate(metrics, page);
  const version = await run.stage('publish', () =>
    runActivity('publish', index, {
      ...made,
      kind: 'word',
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
      skippedFiles: weighed.skipped.files,
      firstSkipped: weighed.skipped.first,
      repeatedFiles: corpus.repeated,
    },
  };
}
