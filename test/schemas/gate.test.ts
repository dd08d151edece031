import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import { configuration } from '../../schemas/configuration.ts';
import { decisionProblem, judgeGate } from '../../schemas/gate.ts';

const gateOf = (gate: Record<string, unknown>) =>
  configuration.parse({ index: 'news', store: 's', source: { path: 'p' }, gate }).gate;
const verdicts = (
  gate: Record<string, unknown>,
  metrics: Record<string, number>,
  before?: Record<string, number>,
) =>
  judgeGate(gateOf(gate), metrics, before && { version: 3, metrics: before }).map(
    ({ metric, passes }) => `${metric} ${passes}`,
  );

describe('judgeGate', () => {
  it('asks for least values', () => {
    assert.deepEqual(verdicts({ minimum: { f1: 0.2, recall: 0.5 } }, { f1: 0.2, recall: 0.49 }), [
      'recall false',
      'f1 true',
    ]);
  });

  it('misses what was not measured', () => {
    assert.deepEqual(
      verdicts({ minimum: { hr50: 0.1 }, regression: { hr500: 0.1 } }, { f1: 1 }, { hr500: 0.2 }),
      ['hr50 false', 'hr500 false'],
    );
  });

  it('measures regression in the direction that is worse for the metric', () => {
    const gate = { regression: { f1: 0.02, largestBucket: 10 } };
    assert.deepEqual(
      verdicts(gate, { f1: 0.25, largestBucket: 30 }, { f1: 0.26, largestBucket: 25 }),
      ['f1 true', 'largestBucket true'],
    );
    assert.deepEqual(
      verdicts(gate, { f1: 0.2, largestBucket: 50 }, { f1: 0.26, largestBucket: 25 }),
      ['f1 false', 'largestBucket false'],
    );
    assert.deepEqual(
      verdicts(gate, { f1: 0.9, largestBucket: 5 }, { f1: 0.26, largestBucket: 25 }),
      ['f1 true', 'largestBucket true'],
    );
  });

  it('has nothing to fall behind without an earlier version', () => {
    assert.deepEqual(verdicts({ regression: { f1: 0 } }, { f1: 0.1 }), []);
  });

  it('takes metrics that exist, and a regression of those that can be worse', () => {
    assert.throws(() => gateOf({ minimum: { f2: 1 } }), /f2/);
    assert.throws(() => gateOf({ regression: { clusters: 1 } }), /clusters/);
  });
});

describe('decisionProblem', () => {
  it('wants who and why', () => {
    assert.equal(decisionProblem({ who: 'ann', why: 'because' }), undefined);
    for (const given of [
      undefined,
      null,
      'ann',
      {},
      { who: 'ann' },
      { who: ' ', why: 'x' },
      { who: 'a', why: '' },
      { who: 'a', why: 7 },
      { who: 'a', why: 'x'.repeat(2001) },
    ]) {
      assert.notEqual(decisionProblem(given), undefined);
    }
  });
});
