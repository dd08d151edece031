import type { ReindexInput, ReindexResult } from '../schemas/run.ts';
import { countGroups, filterRanges, mergeRanges } from './ranged-stages.ts';
import { reindexVectors } from './reindex-vectors.ts';
import type { Steps } from './steps.ts';

/** From a corpus to a published hash-bucket index: the way of the data, a stage a line. Temporal takes its steps in a run, `hashloom plan` only looks whether a run would. */
export async function reindexStages(input: ReindexInput, steps: Steps): Promise<ReindexResult> {
  if (input.configuration.source.kind === 'vectors') return await reindexVectors(input, steps);
  const { configuration, force } = input;
  const { index, source, tokens, vocabulary, cooccurrence, affinity, heldOut, negatives, training, evaluation, seed } = configuration;
  const base = { store: configuration.store, force };
  const { run, perform, processShards, learn, passGate } = steps;

  const corpus = await run.stage('list', () => perform('main', 'list', source.path, { ...base, configuration }));
  const shards = { ...base, files: corpus.artifact, source, tokens };
  await run.stage('ingest', () => processShards('ingest', corpus.batches, shards));
  const dictionary = await run.stage('dictionary', () => perform('etl', 'mergeDictionaries', `${corpus.rows} dictionaries`, shards));
  const words = await run.stage('vocabulary', () =>
    perform('etl', 'chooseVocabulary', `${dictionary.rows} words`, { ...base, dictionary: dictionary.artifact, index, ...vocabulary }),
  );
  const counting = { ...shards, index, common: words.common, ...cooccurrence };
  const counted = await run.stage('count', () => countGroups(steps, counting));
  const merging = { ...counting, groups: counted.groups, vocabulary: words.artifact };
  const rows = await run.stage('merge', () => mergeRanges(steps, words.ranges, merging));
  const d = await run.stage('filter', () => filterRanges(steps, words.ranges, { ...base, merging, rows: rows.artifact, ...affinity }));
  const pairs = await run.stage('hold-out', () =>
    perform('etl', 'holdOut', `${heldOut.pairs} pairs`, { ...base, affinity: d.artifact, pairs: heldOut.pairs, seed }),
  );
  const mining = { ...base, pairs: pairs.artifact, perRow: negatives.perRow, seed };
  await run.stage('mine', () => processShards('mine', pairs.batches, mining));
  const model = await run.stage('train', () => learn({ ...mining, batches: pairs.batches, words: words.rows, training }));
  const codes = await run.stage('binarize', () => perform('export', 'binarize', `${training.bits} bits`, { ...base, model: model.artifact }));
  const buckets = await run.stage('export', () =>
    perform('export', 'exportBuckets', `${training.tables} tables`, {
      ...base,
      codes: codes.artifact,
      vocabulary: words.artifact,
      model: model.artifact,
    }),
  );
  const truth = { affinity: d.artifact, pairs: pairs.artifact };
  const quality = await run.stage('evaluate', () =>
    perform('export', 'evaluate', `${evaluation.queries} queries`, {
      ...base,
      ...truth,
      codes: codes.artifact,
      model: model.artifact,
      vocabulary: words.artifact,
      ...evaluation,
      seed,
    }),
  );
  const remarks = { skippedFiles: dictionary.skipped.files, firstSkipped: dictionary.skipped.first, repeatedFiles: corpus.repeated };
  const lineage = [...[buckets, quality, codes, model, pairs, d, rows].map((output) => output.artifact), counted.groups, words.artifact, dictionary.artifact, corpus.artifact];
  const made = { ...base, configuration, lineage, metrics: quality.metrics };
  const page = await run.stage('report', () => perform('export', 'report', index, { ...made, stages: run.results() }));
  const approval = await passGate(quality.metrics, page);
  const version = await run.stage('publish', () =>
    perform('main', 'publish', index, {
      ...made,
      common: words.common,
      report: page.artifact,
      ...(approval && { approval }),
      ...(page.previous && { comparedWith: page.previous.version }),
    }),
  );
  run.published(version.version);
  const { uri, published } = version;
  return { index, version: version.version, uri, published, ...steps.execution, stages: run.results(), metrics: quality.metrics, corpus: remarks };
}
