/** Every workflow type, by name: the entry of the bundle. */
export { append } from './append.ts';
export { documentExperiment, documentSet } from './document-experiment.ts';
export { sbmExperiment } from './experiment.ts';
export { processShards } from './process-shards.ts';
export { reindex } from './run-reindex.ts';
export { scheduled } from './scheduled.ts';
export { train } from './train.ts';
export { wordExperiment } from './word-experiment.ts';
