import type { StageName } from '../schemas/stages.ts';
import type { ActivityName } from './run-stage.ts';

/** The stage that each activity is part of. */
export const STAGE_OF_ACTIVITY: Record<ActivityName, StageName> = {
  list: 'list',
  ingest: 'ingest',
  mergeDictionaries: 'dictionary',
  chooseVocabulary: 'vocabulary',
  groupFiles: 'group',
  count: 'count',
  merge: 'merge',
  sumMarginals: 'merge',
  filter: 'filter',
  symmetrize: 'filter',
  holdOut: 'hold-out',
  mine: 'mine',
  findWarmStart: 'train',
  resumeTraining: 'train',
  measureAffinity: 'yardstick',
  survey: 'survey',
  trainBlock: 'block',
  dropCheckpoints: 'train',
  finishTraining: 'train',
  encodeVectors: 'encode',
  binarize: 'binarize',
  exportBuckets: 'export',
  evaluate: 'evaluate',
  report: 'report',
  publish: 'publish',
  sbmTrial: 'trial',
};
