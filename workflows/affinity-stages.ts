import type { ReindexInput } from '../schemas/run.ts';
import { countGroups, filterRanges, mergeRanges } from './ranged-stages.ts';
import type { StageRuntime } from './stage-runtime.ts';

/**
 * The first half of the way of the data: from a corpus to the training D with its hard negatives.
 */
export async function affinityStages(
  { configuration, force }: Pick<ReindexInput, 'configuration' | 'force'>,
  steps: Pick<StageRuntime, 'run' | 'runActivity' | 'processShards'>,
) {
  const {
    index,
    source,
    tokens,
    documents,
    vocabulary,
    cooccurrence,
    affinity,
    heldOut,
    negatives,
    seed,
  } = configuration;
  const base = { store: configuration.store, force };
  const { run, runActivity, processShards } = steps;

  const corpus = await run.stage('list', () =>
    runActivity('list', source.path, { ...base, configuration }),
  );
  const shards = { ...base, files: corpus.artifact, source, tokens, documents };
  await run.stage('ingest', () => processShards('ingest', corpus.batches, shards));
  const dictionary = await run.stage('dictionary', () =>
    runActivity('mergeDictionaries', `${corpus.rows} dictionaries`, {
      ...shards,
      memoryMiB: vocabulary.memoryMiB,
    }),
  );
  const words = await run.stage('vocabulary', () =>
    runActivity('chooseVocabulary', `${dictionary.rows} words`, {
      ...base,
      dictionary: dictionary.artifact,
      index,
      ...vocabulary,
    }),
  );
  const counting = { ...shards, index, common: words.common, ...cooccurrence };
  const counted = await run.stage('count', () => countGroups(steps, counting));
  const merging = { ...counting, groups: counted.groups, vocabulary: words.artifact };
  const rows = await run.stage('merge', () => mergeRanges(steps, words.ranges, merging));
  const d = await run.stage('filter', () =>
    filterRanges(steps, words.ranges, {
      ...base,
      merging,
      rows: rows.artifact,
      ...affinity,
      memoryMiB: cooccurrence.memoryMiB,
    }),
  );
  const pairs = await run.stage('hold-out', () =>
    runActivity('holdOut', `${heldOut.pairs} pairs`, {
      ...base,
      affinity: d.artifact,
      pairs: heldOut.pairs,
      seed,
    }),
  );
  const mining = { ...base, pairs: pairs.artifact, ...negatives, seed };
  await run.stage('mine', () => processShards('mine', pairs.batches, mining));
  return { corpus, dictionary, words, counted, rows, d, pairs, mining };
}
