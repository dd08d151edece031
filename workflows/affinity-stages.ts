import type { ReindexInput } from '../schemas/run.ts';
import { countGroups, filterRanges, mergeRanges } from './ranged-stages.ts';
import type { Steps } from './steps.ts';

/**
 * The first half of the way of the data: from a corpus to the training D with its hard negatives.
 */
export async function affinityStages(
  { configuration, force }: Pick<ReindexInput, 'configuration' | 'force'>,
  steps: Pick<Steps, 'run' | 'perform' | 'processShards'>,
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
  const { run, perform, processShards } = steps;

  const corpus = await run.stage('list', () =>
    perform('main', 'list', source.path, { ...base, configuration }),
  );
  const shards = { ...base, files: corpus.artifact, source, tokens, documents };
  await run.stage('ingest', () => processShards('ingest', corpus.batches, shards));
  const dictionary = await run.stage('dictionary', () =>
    perform('etl', 'mergeDictionaries', `${corpus.rows} dictionaries`, {
      ...shards,
      memoryMiB: vocabulary.memoryMiB,
    }),
  );
  const words = await run.stage('vocabulary', () =>
    perform('etl', 'chooseVocabulary', `${dictionary.rows} words`, {
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
    perform('etl', 'holdOut', `${heldOut.pairs} pairs`, {
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
