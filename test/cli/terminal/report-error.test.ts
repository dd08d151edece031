import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import { WorkflowFailedError } from '@temporalio/client';
import {
  ActivityFailure,
  ApplicationFailure,
  CancelledFailure,
  ChildWorkflowFailure,
  TerminatedFailure,
  TimeoutFailure,
} from '@temporalio/common';
import { describeError } from '../../../cli/terminal/report-error.ts';
import { Failure, FAILURE_TYPES, FAILURES } from '../../../schemas/failures.ts';

const failedWorkflow = (cause: Error) =>
  new WorkflowFailedError('Workflow execution failed', cause, 'NON_RETRYABLE_FAILURE');
const failedActivity = (cause: Error) =>
  new ActivityFailure(
    'Activity task failed',
    'ingest',
    '5',
    'NON_RETRYABLE_FAILURE',
    'worker',
    cause,
  );

describe('describeError', () => {
  it('gives every failure type its exit code, through workflow, child and activity', () => {
    for (const type of FAILURE_TYPES) {
      const inner = ApplicationFailure.nonRetryable(
        'file:///c/x.jsonl, line 7: no field "text"',
        type,
      );
      const child = new ChildWorkflowFailure(
        'default',
        { workflowId: 'reindex/news/ingest' },
        'processShards',
        'NON_RETRYABLE_FAILURE',
        failedActivity(inner),
      );
      const expected = {
        type,
        message: 'file:///c/x.jsonl, line 7: no field "text"',
        exitCode: FAILURES[type].exitCode,
      };
      assert.deepEqual(describeError(failedWorkflow(child)), expected);
      assert.deepEqual(describeError(new Failure(type, expected.message)), expected);
    }
  });

  it('takes the message of the failure, not of what caused it in turn', () => {
    const failure = new Failure('StoreError', 'no permission to write s3://b/x', {
      cause: new Error('AccessDenied'),
    });
    assert.equal(describeError(failure).message, 'no permission to write s3://b/x');
  });

  it('tells what is innermost of an unknown failure', () => {
    const report = describeError(
      failedWorkflow(failedActivity(ApplicationFailure.retryable('out of memory', 'RangeError'))),
    );
    assert.deepEqual([report.message, report.exitCode], ['out of memory', 1]);
    const late = describeError(
      failedWorkflow(
        failedActivity(new TimeoutFailure('activity Heartbeat timeout', undefined, 'HEARTBEAT')),
      ),
    );
    assert.deepEqual([late.message, late.exitCode], ['activity Heartbeat timeout', 1]);
  });

  it('knows a run that was ended from outside', () => {
    assert.deepEqual(describeError(failedWorkflow(new CancelledFailure('Workflow canceled'))), {
      type: 'Cancelled',
      message: 'the run was cancelled',
      exitCode: 1,
    });
    assert.equal(
      describeError(failedWorkflow(new TerminatedFailure('Workflow execution terminated'))).type,
      'Terminated',
    );
  });

  it('knows a Temporal that went away', () => {
    const error = Object.assign(new Error('14 UNAVAILABLE: No connection established'), {
      code: 14,
    });
    assert.equal(
      describeError(new Error('Failed to start Workflow', { cause: error })).exitCode,
      5,
    );
  });

  it('takes the words of a plain error, not of its cause', () => {
    const error = new Error('news has no schedule\nhint: hashloom schedule list', {
      cause: new Error('schedule not found'),
    });
    assert.equal(describeError(error).message, error.message);
  });

  it('survives what is no Error', () => {
    assert.deepEqual(describeError('boom'), { type: 'Error', message: 'boom', exitCode: 1 });
  });
});
