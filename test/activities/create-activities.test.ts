import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import { ApplicationFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { createActivities } from '../../activities/create-activities.ts';
import { LimitError } from '../../kernels/limit-error.ts';

describe('an activity whose stage fails', () => {
  for (const bug of [TypeError, RangeError, ReferenceError, SyntaxError]) {
    it(`is tried again once after a ${bug.name}, which is told as a bug with its stack`, async () => {
      const first = await failureOf(new bug('x is not y'), 1);
      assert.equal(first.failure.nonRetryable, false);
      const second = await failureOf(new bug('x is not y'), 2);
      assert.equal(second.failure.nonRetryable, true);
      assert.equal(second.failure.type, bug.name);
      assert.match(second.failure.message, /: x is not y; this is a bug of hashloom/);
      assert.match(second.logged, /attempt 2 of .*x is not y.*create-activities\.test/su);
    });
  }

  it('is not tried again where data are beyond a limit of a kernel', async () => {
    const { failure, logged } = await failureOf(new LimitError('a sum reaches 2^53'), 1);
    assert.equal(failure.nonRetryable, true);
    assert.deepEqual([failure.type, failure.message], ['DataError', 'a sum reaches 2^53']);
    assert.equal(logged, '');
  });

  it('tells at most 4 KiB, with the begin and the innermost cause', async () => {
    const columns = Array.from({ length: 30_000 }, (_, at) => `ä${at}`).join(', ');
    const told = `a.parquet: no column x, only ${columns}: set source.field`;
    for (const error of [new Error(told), new TypeError(told)]) {
      const { failure, logged } = await failureOf(error, 1);
      assert.ok(Buffer.byteLength(failure.message) <= 4096);
      assert.ok(Buffer.byteLength(failure.stack ?? '') <= 4096);
      assert.ok(Buffer.byteLength(logged) < 2 ** 20);
      assert.match(
        failure.message,
        /a\.parquet: no column x, only ä0, .*\d+ characters are left out/u,
      );
      assert.match(failure.message, /ä29999: set source\.field/u);
      assert.doesNotMatch(failure.message, /\uFFFD/u);
    }
  });

  it('is tried again after any other error', async () => {
    const { failure } = await failureOf(new Error('the store hung up'), 7);
    assert.deepEqual([failure.nonRetryable, failure.message], [false, 'the store hung up']);
  });
});

async function failureOf(
  cause: Error,
  attempt: number,
): Promise<{ failure: ApplicationFailure; logged: string }> {
  const logged: string[] = [];
  const ignore = (): void => undefined;
  const logger = {
    log: ignore,
    trace: ignore,
    debug: ignore,
    info: ignore,
    warn: ignore,
    error: (told: string, meta?: Record<string, unknown>) => {
      logged.push(told, String(meta?.['stack']));
    },
  };
  const environment = new MockActivityEnvironment({ attempt }, { logger });
  const { name, message, stack = '' } = cause;
  const outcome = Promise.resolve({ error: { name, message, stack, cancelled: false } });
  const { list } = createActivities({
    runStage: () => outcome,
    codeVersion: 'test',
  });
  let thrown: unknown;
  await assert.rejects(environment.run(list, undefined as never), (failure) => {
    thrown = failure;
    return true;
  });
  assert.ok(thrown instanceof ApplicationFailure);
  return { failure: thrown, logged: logged.join('\n') };
}
