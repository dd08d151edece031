import { ApplicationFailure, CancelledFailure, Context } from '@temporalio/activity';
import { FAILURE_TYPES } from '../schemas/failures.ts';
import type { HeartbeatDetails } from '../schemas/run.ts';
import { ACTIVITIES, ACTIVITY_NAMES, type ActivityName } from '../schemas/activities.ts';
import type {
  ActivityInput,
  ActivityOutput,
  RunStage,
  StageOutcome,
  StageReport,
} from './stage-runner.ts';

/** Each activity is its stage function with the context left to the worker. */
export type Activities = {
  [Name in ActivityName]: (input: ActivityInput<Name>) => Promise<ActivityOutput<Name>>;
};

const HEARTBEAT_EVERY_MS = 500;

export function createActivities(deps: { runStage: RunStage; codeVersion: string }): Activities {
  const activity = (name: ActivityName) => async (input: unknown) => {
    const context = Context.current();
    const { workflowExecution } = context.info;
    const origin = {
      codeVersion: deps.codeVersion,
      ...(workflowExecution && {
        workflowId: workflowExecution.workflowId,
        runId: workflowExecution.runId,
      }),
    };
    let latest: StageReport = { done: 0, total: 0, figures: {} };
    const beat = () =>
      context.heartbeat({ stage: ACTIVITIES[name].stage, ...latest } satisfies HeartbeatDetails);
    beat();
    const timer = setInterval(beat, HEARTBEAT_EVERY_MS);
    try {
      const outcome = await deps.runStage(
        name,
        input,
        origin,
        context.cancellationSignal,
        (report) => {
          latest = report;
        },
      );
      return resultOf(outcome, context);
    } finally {
      clearInterval(timer);
    }
  };
  const all = ACTIVITY_NAMES.map((name) => [name, activity(name)]);
  return Object.fromEntries(all) as Activities;
}

function resultOf(outcome: StageOutcome, context: Context): unknown {
  if ('result' in outcome) return outcome.result;
  const { name, message, stack, cancelled } = outcome.error;
  if (cancelled) {
    const reason: unknown = context.cancellationSignal.reason;
    const asked = reason instanceof CancelledFailure && reason.message !== 'WORKER_SHUTDOWN';
    // A worker that drains is no cancelled run: another worker takes the activity up again.
    throw asked
      ? reason
      : ApplicationFailure.retryable('the worker is shutting down', 'WorkerShutdown');
  }
  // Kernels know no failure types: a RangeError of theirs means data beyond a limit, the same at
  // every retry.
  const type = name === 'RangeError' ? 'DataError' : name;
  const failure = ApplicationFailure.create({
    message,
    type,
    nonRetryable: FAILURE_TYPES.some((permanent) => permanent === type),
  });
  failure.stack = stack;
  throw failure;
}
