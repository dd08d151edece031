import type { StageName } from '../../schemas/activities.ts';
import type { Configuration } from '../../schemas/configuration.ts';
import type { Size } from './estimate-size.ts';

/** What an activity's time grows with; words where nothing is said. */
export const TIME_GROWS_WITH: Partial<Record<string, keyof Size>> = {
  list: 'shards',
  ingest: 'tokens',
  mergeDictionaries: 'shardWords',
  chooseVocabulary: 'dictionary',
  groupFiles: 'shards',
  count: 'tokens',
  merge: 'merged',
  filter: 'merged',
  symmetrize: 'affinity',
  holdOut: 'affinity',
  mine: 'affinity',
  finishFactors: 'affinity',
  factorize: 'affinity',
  relate: 'affinity',
  resumeTraining: 'one',
  survey: 'work',
  trainBlock: 'work',
  finishTraining: 'codes',
  binarize: 'codes',
  exportBuckets: 'codes',
  evaluate: 'codes',
  publish: 'codes',
};

/** What a stage's rows, bytes and memory grow with; words where nothing is said. */
export const GROWS_WITH: Partial<Record<StageName, keyof Size>> = {
  list: 'shards',
  ingest: 'tokens',
  dictionary: 'dictionary',
  count: 'tokens',
  merge: 'merged',
  filter: 'affinity',
  'hold-out': 'affinity',
  mine: 'words',
  relate: 'words',
  factors: 'words',
  answers: 'one',
  train: 'codes',
  binarize: 'codes',
  export: 'codes',
  evaluate: 'one',
  report: 'one',
  publish: 'codes',
};

/**
 * Bytes that a stage at work holds by what it is made of. Within the measured sizes memory is what
 * was measured; beyond the largest of them, that and what this grows by: resident memory grows in
 * steps, and lines through it would lead anywhere.
 */
export const HELD_BYTES: Partial<Record<StageName, (size: Size, budgets: Budgets) => number>> = {
  // Tokens of a shard, some of them twice, and its dictionary.
  ingest: ({ tokens, shards, shardWords }) =>
    (16 * tokens + 100 * shardWords) / Math.max(shards, 1),
  dictionary: ({ dictionary }, { dictionaries }) => Math.min(128 * dictionary, dictionaries),
  vocabulary: ({ words }) => 3 * 128 * words,
  // Of each run its rows, what its words are in the vocabulary, and a block.
  merge: ({ groups, groupWords }) => groups * (16 * groupWords + 2 ** 16),
  // Marginals, degrees and bounds of words; D passes by within the budget.
  filter: ({ words, affinity }, { counts }) => 40 * words + Math.min(12 * affinity, counts),
  // A few numbers a word, and the held-out pairs; D passes by in row groups of a million.
  'hold-out': ({ words, affinity }, { heldOut }) =>
    20 * words + 24 * Math.min(affinity, 2 ** 20) + 64 * heldOut,
  // Columns, and again in the memory of the kernel.
  mine: ({ affinity }) => 8 * affinity,
  // Columns and weights; what is at hand of each row, and the lists of a range.
  relate: ({ words, affinity }) => 8 * affinity + 48 * words,
  // Links, and the factors of both kinds of the rows, twice where they are scaled.
  factors: ({ words, affinity }) => 8 * affinity + 1024 * words,
  'two-codes': ({ words, affinity }) => 8 * affinity + 2048 * words,
  answers: ({ words, affinity }) => 8 * affinity + 2048 * words,
  train: ({ affinity, codes }) => 24 * codes + 16 * affinity,
  export: ({ codes }) => 2 * codes,
  evaluate: ({ codes, affinity }) => 4 * codes + 16 * affinity,
  report: ({ codes }) => 8 * codes,
};

/** What the configuration bounds, in bytes; and the pairs it holds out. */
interface Budgets {
  dictionaries: number;
  counts: number;
  heldOut: number;
}

/** The budgets that bound what a stage holds. */
export const budgetsOf = ({ vocabulary, cooccurrence, heldOut }: Configuration): Budgets => ({
  dictionaries: vocabulary.memoryMiB * 2 ** 20,
  counts: cooccurrence.memoryMiB * 2 ** 20,
  heldOut: heldOut.pairs,
});
