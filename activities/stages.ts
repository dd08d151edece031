/**
 * Every stage function, by the name of its activity. Each runs in a worker thread: (input, context)
 * => output.
 */
export { list } from './corpus/list.ts';
export { ingest } from './corpus/ingest.ts';
export { mergeDictionaries } from './words/merge-dictionaries.ts';
export { chooseVocabulary } from './words/choose-vocabulary.ts';
export { groupFiles } from './affinity/group-files.ts';
export { count } from './affinity/count.ts';
export { merge } from './affinity/merge.ts';
export { sumMarginals } from './affinity/sum-marginals.ts';
export { filter } from './affinity/filter.ts';
export { symmetrize } from './affinity/symmetrize.ts';
export { holdOut } from './affinity/hold-out.ts';
export { mine } from './affinity/mine.ts';
export { findWarmStart } from './training/find-warm-start.ts';
export { resumeTraining } from './training/resume-training.ts';
export { measureAffinity } from './affinity/measure-affinity.ts';
export { survey } from './training/survey.ts';
export { trainBlock } from './training/train-block.ts';
export { dropCheckpoints } from './training/drop-checkpoints.ts';
export { finishTraining } from './training/finish-training.ts';
export { weighDocuments } from './documents/weigh-documents.ts';
export { learnHasher } from './documents/learn-hasher.ts';
export { encodeDocuments } from './documents/encode-documents.ts';
export { encodeVectors } from './vectors/encode-vectors.ts';
export { binarize } from './training/binarize.ts';
export { planExport } from './index/plan-export.ts';
export { exportRange } from './index/export-range.ts';
export { exportPart } from './index/export-part.ts';
export { exportBuckets } from './index/export-buckets.ts';
export { append } from './append/append.ts';
export { describeVersion } from './versions/describe-version.ts';
export { evaluate } from './quality/evaluate.ts';
export { report } from './quality/report.ts';
export { publish } from './versions/publish.ts';
export { documentTrial } from './experiments/document-trial.ts';
export { sbmTrial } from './experiments/sbm-trial.ts';
