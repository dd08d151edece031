import type { ReindexInput } from '../schemas/run.ts';
import { countGroups, filterRanges, mergeRanges } from './ranged-stages.ts';
import type { StageRuntime } from './stage-runtime.ts';

/**
 * The first half of the way of the data: from a corpus to D, and what of it is held out.
 * What is not in the lineage of a version, gc removes.
 */
export async function affinityStages(
  { configuration, force }: Pick<ReindexInput, 'configuration' | 'force'>,
  runtime: Pick<StageRuntime, 'run' | 'runActivity' | 'processShards'>,
) {
  const { store, index, source, tokens, documents, seed } = configuration;
  const { vocabulary, cooccurrence, affinity, heldOut } = configuration;
  const { window, groupTokens, memoryMiB } = cooccurrence;
  const { run, runActivity, processShards } = runtime;

  const corpus = await run.stage('list', () =>
    runActivity('list', source.path, { store, force, configuration }),
  );
  const files = corpus.artifact;
  await run.stage('ingest', () =>
    processShards('ingest', corpus.batches, { store, force, files, source, tokens, documents }),
  );
  const dictionary = await run.stage('dictionary', () =>
    runActivity('mergeDictionaries', `${corpus.rows} dictionaries`, {
      store,
      force,
      files,
      source,
      tokens,
      documents,
      memoryMiB: vocabulary.memoryMiB,
    }),
  );
  const words = await run.stage('vocabulary', () =>
    runActivity('chooseVocabulary', `${dictionary.rows} words`, {
      store,
      force,
      index,
      dictionary: dictionary.artifact,
      minimumCount: vocabulary.minimumCount,
      common: vocabulary.common,
      commonShare: vocabulary.commonShare,
      commonDrift: vocabulary.commonDrift,
      maximumSize: vocabulary.maximumSize,
    }),
  );
  const { common } = words;
  const counted = await run.stage('count', () =>
    countGroups(
      runtime,
      { store, force, index, files, source, tokens, documents, groupTokens },
      { store, force, common, window, memoryMiB },
    ),
  );
  const rows = await run.stage('merge', () =>
    mergeRanges(runtime, words.ranges, counted.groups, {
      store,
      force,
      vocabulary: words.artifact,
      common,
      window,
    }),
  );
  const d = await run.stage('filter', () =>
    filterRanges(runtime, words.ranges, {
      store,
      force,
      merged: { vocabulary: words.artifact, common, window },
      rows: rows.artifact,
      affinity,
      memoryMiB,
    }),
  );
  const pairs = await run.stage('hold-out', () =>
    runActivity('holdOut', `${heldOut.pairs} pairs`, {
      store,
      force,
      affinity: d.artifact,
      vocabulary: words.artifact,
      pairs: heldOut.pairs,
      seed,
    }),
  );
  const { minimumPmi, minimumWeight } = affinity;
  const filtered = { rows: rows.artifact, minimumPmi, minimumWeight, ranges: words.ranges };
  const lineage = [
    ...[pairs, d, rows].map(({ artifact }) => artifact),
    counted.groups,
    ...[words, dictionary, corpus].map(({ artifact }) => artifact),
  ];
  return { corpus, dictionary, words, filtered, d, pairs, lineage };
}

/** Hard negatives of the training D, which embeddings are trained with. */
export async function mineStage(
  { configuration, force }: Pick<ReindexInput, 'configuration' | 'force'>,
  { run, processShards }: Pick<StageRuntime, 'run' | 'processShards'>,
  pairs: Awaited<ReturnType<typeof affinityStages>>['pairs'],
): Promise<void> {
  const { store, negatives, seed } = configuration;
  await run.stage('mine', () =>
    processShards('mine', pairs.batches, {
      store,
      force,
      pairs: pairs.artifact,
      perRow: negatives.perRow,
      over: negatives.over,
      seed,
    }),
  );
}
