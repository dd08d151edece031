/** Every workflow type, by name: the entry of the bundle. */
export { append } from './append.ts';
export { documentExperiment, documentSet } from './experiments/documents.ts';
export { sbmExperiment } from './experiments/sbm.ts';
export { processShards } from './process-shards.ts';
export { reindex } from './run-reindex.ts';
export { scheduled } from './scheduled.ts';
export { train } from './train.ts';
export { wordExperiment } from './experiments/words.ts';
