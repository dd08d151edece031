import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'vitest';
import type { ActivityInput } from '../../activities/stage-runner.ts';
import { type ActivityName, activityRow, stageOf } from '../../schemas/activities.ts';
import { QUEUES } from '../../schemas/queues.ts';
import { inRepository } from '../repository.ts';

/**
 * Whether an input always has a field; the compiler holds that no field is missing here, and none
 * too many.
 */
type Fields<Input> = { [Key in keyof Input]-?: undefined extends Input[Key] ? 'may' : 'must' };

const STORE = { store: 'must', force: 'must' } as const;
const INGESTED = { ...STORE, source: 'must', tokens: 'must', documents: 'must' } as const;
const RANGE = { from: 'must', to: 'must' } as const;
const COUNTED = { common: 'must', window: 'must' } as const;
const FACTORS = {
  affinity: 'must',
  postings: 'must',
  factors: 'must',
  alpha: 'must',
  regularization: 'must',
  rounds: 'must',
  seed: 'must',
  sides: 'must',
} as const;
const LEARNING = {
  ...STORE,
  pairs: 'must',
  perRow: 'must',
  over: 'must',
  batches: 'must',
  seed: 'must',
  mineSeed: 'may',
  words: 'must',
  training: 'must',
  warm: 'may',
} as const;
const EXPORT = {
  ...STORE,
  codes: 'must',
  vocabulary: 'may',
  items: 'may',
  model: 'may',
  encoder: 'may',
  lists: 'may',
  maximumBucket: 'may',
  memoryMiB: 'must',
} as const;
const HASHER = {
  ...STORE,
  weighed: 'must',
  hashing: 'must',
  bits: 'must',
  seed: 'must',
} as const;

const FIELDS: { [Name in ActivityName]: Fields<ActivityInput<Name>> } = {
  list: { ...STORE, configuration: 'must' },
  ingest: { ...INGESTED, files: 'must', ...RANGE },
  mergeDictionaries: { ...INGESTED, files: 'must', memoryMiB: 'must' },
  chooseVocabulary: {
    ...STORE,
    index: 'must',
    dictionary: 'must',
    minimumCount: 'must',
    common: 'must',
    commonShare: 'must',
    commonDrift: 'must',
    maximumSize: 'must',
  },
  groupFiles: { ...INGESTED, index: 'must', files: 'must', groupTokens: 'must' },
  count: { ...STORE, ...COUNTED, groups: 'must', memoryMiB: 'must', ...RANGE },
  merge: { ...STORE, ...COUNTED, vocabulary: 'must', groups: 'must', ...RANGE },
  sumMarginals: { ...STORE, ...COUNTED, vocabulary: 'must', ranges: 'must' },
  filter: {
    ...STORE,
    merged: 'must',
    rows: 'must',
    minimumPmi: 'must',
    minimumWeight: 'must',
    ...RANGE,
  },
  symmetrize: {
    ...STORE,
    rows: 'must',
    minimumPmi: 'must',
    minimumWeight: 'must',
    top: 'must',
    memoryMiB: 'must',
    ranges: 'must',
  },
  holdOut: { ...STORE, affinity: 'must', vocabulary: 'must', pairs: 'must', seed: 'must' },
  mine: { ...STORE, pairs: 'must', perRow: 'must', over: 'must', seed: 'must', ...RANGE },
  resumeFactors: { ...STORE, ...FACTORS, ranges: 'must' },
  factorize: {
    ...STORE,
    ...FACTORS,
    filtered: 'must',
    vocabulary: 'must',
    step: 'must',
    ranges: 'must',
    ...RANGE,
  },
  dropHalfSteps: { ...FACTORS, store: 'must', ranges: 'must', steps: 'must' },
  finishFactors: {
    ...STORE,
    ...FACTORS,
    filtered: 'must',
    vocabulary: 'must',
    ranges: 'must',
  },
  findPublishedCodes: {
    ...STORE,
    learning: 'must',
    index: 'must',
    vocabulary: 'must',
    mostDrift: 'must',
  },
  keepCodes: { ...STORE, ...FACTORS, filtered: 'must', codes: 'must', kept: 'must' },
  learnCodes: { ...STORE, ...FACTORS, filtered: 'must', codes: 'must', kept: 'may' },
  relate: {
    ...STORE,
    affinity: 'must',
    top: 'must',
    postings: 'must',
    predicted: 'may',
    filtered: 'must',
    ...RANGE,
  },
  findWarmStart: { learning: 'must', index: 'must', vocabulary: 'must' },
  resumeTraining: LEARNING,
  survey: { learning: 'must', epoch: 'must', states: 'must' },
  trainBlock: { learning: 'must', visit: 'must' },
  dropCheckpoints: { store: 'must', artifacts: 'must' },
  finishTraining: { learning: 'must', epoch: 'must', states: 'must' },
  binarize: { ...STORE, model: 'must', pairs: 'may' },
  weighDocuments: { ...INGESTED, files: 'must' },
  learnHasher: HASHER,
  encodeDocuments: {
    ...STORE,
    weighed: 'must',
    hasher: 'must',
    tokens: 'must',
    documents: 'must',
  },
  buildOutputCells: { ...STORE, weighed: 'must', encoded: 'must', seed: 'must' },
  encodeVectors: {
    ...STORE,
    files: 'must',
    reading: 'must',
    vectors: 'must',
    tables: 'must',
    bits: 'must',
    seed: 'must',
  },
  buildCells: {
    ...STORE,
    files: 'must',
    reading: 'must',
    vectors: 'must',
    encoded: 'must',
    seed: 'must',
  },
  relateDocuments: { ...STORE, weighed: 'must', top: 'must', postings: 'must', ...RANGE },
  relateVectors: { ...STORE, cells: 'must', top: 'must', ...RANGE },
  planExport: EXPORT,
  exportRange: { ...EXPORT, ...RANGE },
  exportPart: { ...EXPORT, ...RANGE },
  exportBuckets: EXPORT,
  append: {
    ...STORE,
    configuration: 'must',
    version: 'must',
    files: 'may',
    dictionary: 'may',
    minimumCount: 'must',
    deleted: 'must',
  },
  describeVersion: { ...STORE, index: 'must', version: 'must' },
  evaluate: {
    ...STORE,
    codes: 'must',
    model: 'may',
    affinity: 'must',
    pairs: 'must',
    vocabulary: 'must',
    queries: 'must',
    maximumBucket: 'may',
    wordnet: 'must',
    seed: 'must',
    part: 'may',
  },
  measureAnswers: {
    ...STORE,
    pairs: 'must',
    filtered: 'must',
    postings: 'must',
    predicted: 'may',
    codes: 'must',
    exported: 'must',
    model: 'may',
    vocabulary: 'must',
    maximumBucket: 'must',
    leftSide: 'must',
    seed: 'must',
  },
  measureNearDocuments: {
    ...STORE,
    weighed: 'must',
    encoded: 'must',
    cells: 'may',
    exported: 'must',
    top: 'must',
    postings: 'must',
    maximumBucket: 'must',
    seed: 'must',
  },
  measureNearVectors: {
    ...STORE,
    files: 'must',
    reading: 'must',
    vectors: 'must',
    encoded: 'must',
    cells: 'must',
    exported: 'must',
    top: 'must',
    maximumBucket: 'must',
    seed: 'must',
  },
  report: {
    ...STORE,
    configuration: 'must',
    lineage: 'must',
    metrics: 'must',
    stages: 'must',
  },
  publish: {
    ...STORE,
    configuration: 'must',
    lineage: 'must',
    report: 'may',
    comparedWith: 'may',
    common: 'may',
    onTopOf: 'may',
    kind: 'may',
    metrics: 'must',
    approval: 'may',
  },
  measureAffinity: {
    ...STORE,
    affinity: 'must',
    tables: 'must',
    queries: 'must',
    seed: 'must',
    part: 'must',
    vocabulary: 'must',
    wordnet: 'must',
  },
  documentTrial: { ...HASHER, picture: 'may' },
  sbmTrial: { ...STORE, setting: 'must', seed: 'must' },
};

/** Fields of inputs that are within another. */
const LEARNING_WITHIN = new Set<string>([
  'findWarmStart',
  'survey',
  'trainBlock',
  'finishTraining',
]);

const RECORDED: ActivityName[] = [
  'append',
  'binarize',
  'chooseVocabulary',
  'count',
  'describeVersion',
  'dropCheckpoints',
  'evaluate',
  'exportBuckets',
  'filter',
  'findPublishedCodes',
  'finishFactors',
  'finishTraining',
  'groupFiles',
  'holdOut',
  'ingest',
  'learnCodes',
  'list',
  'measureAnswers',
  'merge',
  'mergeDictionaries',
  'mine',
  'publish',
  'relate',
  'report',
  'resumeTraining',
  'sumMarginals',
  'survey',
  'symmetrize',
  'trainBlock',
];

const HISTORIES = inRepository('test/fixtures/histories/');

describe('the inputs of activities in recorded histories', () => {
  const scheduled = readdirSync(HISTORIES)
    .filter((name) => name.endsWith('.json'))
    .flatMap(inputsOf);

  it('are those of every activity of a run over words and of an append', () => {
    assert.deepEqual([...new Set(scheduled.map(({ activity }) => activity))].toSorted(), RECORDED);
  });

  for (const activity of RECORDED) {
    it(`${activity}: exactly its fields`, () => {
      for (const { input } of scheduled.filter((each) => each.activity === activity))
        assertFields(input, FIELDS[activity], activity);
    });
  }

  it('hold what learning depends on, and no more', () => {
    for (const { activity, input } of scheduled)
      if (LEARNING_WITHIN.has(activity))
        assertFields(input['learning'] as object, LEARNING, `learning of ${activity}`);
  });
});

/** Seconds from start to close, and attempts. */
const PROFILES = { light: ['600s', 10], heavy: ['43200s', 50] } as const;

describe('the profiles of activities in recorded histories', () => {
  const recorded = readdirSync(HISTORIES).filter((name) => name.endsWith('.json'));

  it('are as the catalogue says, on the queue of the stage', () => {
    for (const { activityType, ...event } of recorded.flatMap(scheduledIn)) {
      const { name } = activityType;
      const [timeout, attempts] = PROFILES[activityRow(name).profile];
      assert.deepEqual(
        [name, event.startToCloseTimeout, event.retryPolicy.maximumAttempts, event.taskQueue.name],
        [name, timeout, attempts, QUEUES[stageOf(name).queue]],
      );
    }
  });
});

function assertFields(
  input: object,
  fields: Readonly<Record<string, 'may' | 'must'>>,
  what: string,
): void {
  const found = new Set(Object.keys(input));
  const missing = Object.keys(fields).filter((key) => fields[key] === 'must' && !found.has(key));
  const foreign = [...found].filter((key) => !(key in fields));
  assert.deepEqual({ missing, foreign }, { missing: [], foreign: [] }, what);
}

function inputsOf(name: string): { activity: ActivityName; input: Record<string, unknown> }[] {
  return scheduledIn(name).flatMap(({ activityType, input: { payloads } }) => {
    const data = payloads[0]?.data;
    if (data === undefined) return [];
    const text = Buffer.from(data, 'base64').toString('utf8');
    const input = JSON.parse(text) as Record<string, unknown>;
    return [{ activity: activityType.name, input }];
  });
}

function scheduledIn(name: string): Scheduled[] {
  const { events } = JSON.parse(readFileSync(HISTORIES + name, 'utf8')) as {
    events: { activityTaskScheduledEventAttributes?: Scheduled }[];
  };
  return events.flatMap((event) => event.activityTaskScheduledEventAttributes ?? []);
}

interface Scheduled {
  activityType: { name: ActivityName };
  input: { payloads: { data: string }[] };
  taskQueue: { name: string };
  startToCloseTimeout: string;
  retryPolicy: { maximumAttempts: number };
}
