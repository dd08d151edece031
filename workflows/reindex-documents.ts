import type { ArtifactReference } from '../schemas/artifact.ts';
import { isRankedByOutputs } from '../schemas/documents.ts';
import { numbersOf, type ReindexInput, type ReindexResult } from '../schemas/run.ts';
import { exportIndex } from './export-stages.ts';
import { publishIndex } from './publish-index.ts';
import { corpusRemarks } from './corpus-remarks.ts';
import type { StageFigures, StageRuntime } from './stage-runtime.ts';

/**
 * From documents to a published hash-bucket index whose items are their ids, with the encoder of
 * other texts beside it.
 */
export async function reindexDocuments(
  input: ReindexInput,
  runtime: StageRuntime,
): Promise<ReindexResult> {
  const { configuration, force } = input;
  const { store, source, tokens, documents, hashing, training, buckets, seed } = configuration;
  const { bits } = training;
  const { top, postings } = configuration.neighbours;
  const { run, runActivity, processShards } = runtime;

  const corpus = await run.stage('list', () =>
    runActivity('list', source.path, { store, force, configuration }),
  );
  const files = corpus.artifact;
  await run.stage('ingest', () =>
    processShards('ingest', corpus.batches, { store, force, files, source, tokens, documents }),
  );
  const weighed = await run.stage('weigh', () =>
    runActivity('weighDocuments', `${corpus.rows} files`, {
      store,
      force,
      files,
      source,
      tokens,
      documents,
    }),
  );
  const lists = { weighed: weighed.artifact, top, postings };
  await run.stage('relate-documents', async () => {
    if (top === 0) return { cached: true, rows: 0, bytes: 0 };
    return await processShards('relateDocuments', weighed.batches, { store, force, ...lists });
  });
  const hasher = await run.stage('hasher', () =>
    runActivity('learnHasher', `${hashing.method}, ${bits} bits`, {
      store,
      force,
      weighed: weighed.artifact,
      hashing,
      bits,
      seed,
    }),
  );
  const codes = await run.stage('encode-documents', () =>
    runActivity('encodeDocuments', `${weighed.rows} documents`, {
      store,
      force,
      weighed: weighed.artifact,
      hasher: hasher.artifact,
      tokens,
      documents,
    }),
  );
  const cells = await run.stage('cells', async (): Promise<MaybeMade> => {
    if (!isRankedByOutputs(hashing.method)) return { cached: true, rows: 0, bytes: 0 };
    return await runActivity('buildOutputCells', `${bits} outputs, a byte each`, {
      store,
      force,
      weighed: weighed.artifact,
      encoded: codes.artifact,
      seed,
    });
  });
  const exported = await run.stage('export', () =>
    exportIndex(runtime, `${bits} bits`, codes, {
      store,
      force,
      codes: codes.artifact,
      items: codes.artifact,
      encoder: codes.artifact,
      ...(top > 0 && { lists: { ...lists, ranges: weighed.batches } }),
      maximumBucket: buckets.maximumSize,
      memoryMiB: configuration.export.memoryMiB,
    }),
  );
  const answers = await run.stage('answers', () =>
    runActivity('measureNearDocuments', `${weighed.rows} documents`, {
      store,
      force,
      weighed: weighed.artifact,
      encoded: codes.artifact,
      ...(cells.artifact && { cells: cells.artifact }),
      exported: exported.artifact,
      top,
      postings,
      maximumBucket: buckets.maximumSize,
      seed,
    }),
  );
  const outputs = [codes, hasher, weighed, corpus];
  return await publishIndex(input, runtime, {
    lineage: [
      exported.artifact,
      answers.artifact,
      ...(cells.artifact ? [cells.artifact] : []),
      ...outputs.map(({ artifact }) => artifact),
    ],
    metrics: { ...answers.metrics, ...numbersOf({ ...exported.facts, ...codes.facts }) },
    kind: 'word',
    corpus: corpusRemarks(weighed.skipped, corpus),
  });
}

/** A stage that makes nothing for some methods. */
type MaybeMade = StageFigures & { artifact?: ArtifactReference };
