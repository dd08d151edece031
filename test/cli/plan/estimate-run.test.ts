import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'vitest';
import { parseBytes } from '../../../cli/terminal/format.ts';
import { estimateRun } from '../../../cli/plan/estimate-run.ts';
import { alongLines, alongPowers } from '../../../cli/plan/extrapolate.ts';
import type { PlannedCorpus } from '../../../cli/plan/measure-corpus.ts';
import {
  type MeasuredRates,
  type MeasuredRun,
  RATES_FILE,
  readRates,
} from '../../../cli/plan/rates.ts';
import { stageHistory } from '../../../cli/plan/temporal-cost.ts';
import type { StagePlan } from '../../../cli/plan/plan-run.ts';
import { configuration as configurationSchema } from '../../../schemas/configuration.ts';
import type { StageName } from '../../../schemas/activities.ts';
import { STAGE_NAMES } from '../../../schemas/stages.ts';
import { inRepository } from '../../repository.ts';

const OPTIONS = { workers: 1, threads: 2, searchAttributes: true, pricePerMillionActions: 50 };
const EPOCHS = 4;
const configuration = configurationSchema.parse({
  index: 'plan',
  store: '/tmp/store',
  source: { path: '/tmp/corpus' },
  training: { method: 'lse', epochs: EPOCHS },
});
const { tables, bits, hardPerPositive, easyPerPositive } = configuration.training;

/**
 * A world in which everything is known: words and pairs by powers of the tokens, a microsecond a
 * token, thirty a pair of training.
 */
function runOf(tokens: number): MeasuredRun {
  const words = 10 * tokens ** 0.5;
  const affinity = 20 * words;
  const stages = STAGE_NAMES.map((name) => ({
    name,
    rows: name === 'dictionary' ? 2 * words : words,
    bytes: 3 * words,
    seconds: 1,
    peakBytes: 2 ** 28,
  }));
  const activities = {
    ingest: { count: 4, seconds: tokens / 1e6 },
    trainBlock: { count: EPOCHS, seconds: (30 * affinity) / 1e6 },
    merge: { count: Math.ceil(tokens / 1e6), seconds: 1 },
  };
  return {
    files: tokens / 1e5,
    shards: tokens / 1e5,
    inputBytes: 2 * tokens,
    tokens,
    words,
    merged: 100 * words,
    affinity,
    seconds: 1,
    events: 100,
    executions: 7,
    stages,
    activities,
  };
}

const rates: MeasuredRates = {
  machine: 'a known one',
  date: '2026-11-21',
  corpus: 'none',
  threads: 2,
  training: { tables, bits, epochs: EPOCHS, hardPerPositive, easyPerPositive },
  perRow: configuration.negatives.perRow,
  window: 10,
  groupTokens: 2 ** 22,
  runs: [runOf(1e6), runOf(4e6)],
};

function corpusOf(tokens: number): PlannedCorpus {
  const shards = tokens / 1e5;
  return {
    files: shards,
    shards,
    bytes: 2 * tokens,
    tokens,
    shardBytes: Array.from({ length: shards }, () => 2e5),
    batches: 16,
  };
}

const allRun: StagePlan[] = STAGE_NAMES.map((name) => ({ name, runs: true, why: '' }));
const near = (actual: number, expected: number, share = 1e-6) =>
  assert.ok(Math.abs(actual / expected - 1) <= share, `${actual}, expected ${expected}`);

describe('points of measured runs', () => {
  it('lines go through them, on beyond the last, and to the origin', () => {
    const points = [
      [10, 30],
      [2, 14],
    ] as const;
    assert.deepEqual(
      [1, 2, 6, 10, 20].map((x) => alongLines(points, x)),
      [7, 14, 22, 30, 50],
    );
    assert.equal(
      alongLines(
        [
          [1, 9],
          [2, 5],
        ],
        8,
      ),
      5,
    );
  });

  it('powers go through them, and beyond the last rise no faster than x', () => {
    const squares = [
      [1, 1],
      [10, 100],
    ] as const;
    near(alongPowers(squares, 5), 25);
    near(alongPowers(squares, 20), 200);
    near(
      alongPowers(
        [
          [1, 1],
          [100, 10],
        ],
        10_000,
      ),
      100,
    );
  });
});

describe('the estimate of a run', () => {
  it('finds again what it was measured from, between and beyond', () => {
    for (const tokens of [1e6, 4e6, 16e6]) {
      const estimate = estimateRun(configuration, corpusOf(tokens), allRun, rates, OPTIONS);
      const expected = runOf(tokens);
      near(estimate.corpus.words, expected.words);
      near(estimate.corpus.pairs, expected.affinity / 2);
      near(estimate.bytes, 3 * expected.words * STAGE_NAMES.length, 0.15);
      near(estimate.stages.find(({ name }) => name === 'ingest')!.seconds, tokens / 1e6 / 2);
      // Blocks of one partition are trained one after another.
      near(
        estimate.stages.find(({ name }) => name === 'train')!.seconds,
        (30 * expected.affinity) / 1e6,
        0.2,
      );
    }
  });

  it('takes the fleet, the epochs and what is known better into account', () => {
    const seconds = (
      name: StageName,
      change: Partial<typeof OPTIONS> & { pairs?: number },
      settings = configuration,
    ) =>
      estimateRun(settings, corpusOf(4e6), allRun, rates, { ...OPTIONS, ...change }).stages.find(
        (stage) => stage.name === name,
      )!.seconds;
    near(seconds('ingest', { workers: 4 }), seconds('ingest', {}) / 4);
    near(seconds('ingest', { workers: 400 }), seconds('ingest', {}) / 8);
    const longer = {
      ...configuration,
      training: { ...configuration.training, epochs: 10 * EPOCHS },
    };
    near(seconds('train', {}, longer), 10 * seconds('train', {}), 0.1);
    near(seconds('train', { pairs: 10 * runOf(4e6).affinity }), 20 * seconds('train', {}), 0.15);
    const two = { ...configuration, training: { ...configuration.training, partitions: 4 } };
    assert.ok(seconds('train', { workers: 2 }, two) < 0.7 * seconds('train', { workers: 2 }));
  });

  it('counts what is cached as activities that look, and a part as a part', () => {
    const cached: StagePlan[] = STAGE_NAMES.map((name) => ({
      name,
      runs: false,
      why: '',
      made: { rows: 7, bytes: 9 },
    }));
    const idle = estimateRun(configuration, corpusOf(4e6), cached, rates, OPTIONS);
    const full = estimateRun(configuration, corpusOf(4e6), allRun, rates, OPTIONS);
    assert.deepEqual(
      [idle.bytes, idle.activities, idle.history.events],
      [0, full.activities, full.history.events],
    );
    assert.ok(idle.seconds < full.seconds && idle.stages.every(({ rows }) => rows === 7));
    const tenth = allRun.map((plan) =>
      plan.name === 'ingest' ? { ...plan, missing: { artifacts: 4, of: 40 } } : plan,
    );
    const ingest = (plans: StagePlan[]) =>
      estimateRun(configuration, corpusOf(4e6), plans, rates, OPTIONS).stages.find(
        ({ name }) => name === 'ingest',
      )!;
    near(ingest(tenth).bytes, ingest(allRun).bytes / 10);
  });

  it('bills starts, activities, heartbeats and upserts', () => {
    const { billed, activities, history } = estimateRun(
      configuration,
      corpusOf(4e6),
      allRun,
      rates,
      OPTIONS,
    );
    // Seven children are two actions each; the run, its index and its version; an upsert a stage.
    assert.equal(billed.actions, activities + billed.heartbeats + 7 * 2 + 3 + STAGE_NAMES.length);
    assert.equal(history.executions, 8);
    near(billed.dollars, (50 * billed.actions) / 1e6);
  });

  it('has the rates that are shipped', async () => {
    const shipped = await readRates(RATES_FILE);
    assert.ok(shipped.runs.length >= 2);
    await assert.rejects(
      readRates(inRepository('package.json')),
      /holds no measured rates: machine: /u,
    );
  });
});

describe('the history of a stage', () => {
  const folder = inRepository('test/fixtures/histories/');
  for (const name of readdirSync(folder).filter((each) =>
    /-first-run-(ingest|count|merge|filter|mine|relate|train)\.json$/.test(each),
  )) {
    it(`is as long as recorded, within a factor of 1.5: ${name}`, () => {
      const { events } = JSON.parse(readFileSync(`${folder}${name}`, 'utf8')) as {
        events: { eventType: string }[];
      };
      const activities = events.filter(
        ({ eventType }) =>
          eventType.includes('ACTIVITY_TASK_SCHEDULED') || eventType === 'ActivityTaskScheduled',
      ).length;
      assert.ok(activities > 0);
      const stage = /run-([a-z]+)\.json$/.exec(name)![1] as StageName;
      const { longest, executions } = stageHistory(stage, 0, activities, false);
      assert.equal(executions, 1);
      const factor = Math.max(longest / events.length, events.length / longest);
      assert.ok(
        factor <= 1.5,
        `${events.length} events of ${activities} activities, expected ${longest}`,
      );
    });
  }

  it('continues as new before it grows long', () => {
    const { executions, longest, actions } = stageHistory('ingest', 0, 4000, false);
    assert.equal(executions, 3);
    assert.ok(longest < 10_000);
    assert.equal(actions, 4000 + 2 + 2);
  });
});

describe('sizes on the command line', () => {
  it('are bytes in powers of 1000 or 1024', () => {
    assert.deepEqual(['500', '1.2TB', '64 GiB', '3kb', '10 MB'].map(parseBytes), [
      500,
      1.2e12,
      64 * 2 ** 30,
      3000,
      1e7,
    ]);
    for (const wrong of ['', '0', '-1MB', '1.2 tons', '10XB'])
      assert.equal(parseBytes(wrong), undefined, wrong);
  });
});
