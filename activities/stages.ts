/** Every stage function, by the name of its activity. Each runs in a worker thread: (input, context) => output. */
export { list } from './list.ts';
export { ingest } from './ingest.ts';
export { mergeDictionaries } from './merge-dictionaries.ts';
export { chooseVocabulary } from './choose-vocabulary.ts';
export { count } from './count.ts';
export { mergeCounts } from './merge-counts.ts';
export { filter } from './filter.ts';
export { holdOut } from './hold-out.ts';
export { mine } from './mine.ts';
export { resumeTraining } from './resume-training.ts';
export { trainBlock } from './train-block.ts';
export { dropCheckpoints } from './drop-checkpoints.ts';
export { finishTraining } from './finish-training.ts';
export { binarize } from './binarize.ts';
export { exportBuckets } from './export-buckets.ts';
export { evaluate } from './evaluate.ts';
export { publish } from './publish.ts';
