import { ApplicationFailure, CancelledFailure, Context } from '@temporalio/activity';
import { cappedMessage } from '../schemas/capped-message.ts';
import { FAILURE_TYPES } from '../schemas/failures.ts';
import type { HeartbeatDetails } from '../schemas/run.ts';
import { ACTIVITIES, ACTIVITY_NAMES, type ActivityName } from '../schemas/activities.ts';
import type {
  ActivityInput,
  ActivityOutput,
  RunStage,
  StageError,
  StageOutcome,
  StageReport,
} from './stage-runner.ts';

/** Each activity is its stage function with the context left to the worker. */
type Activities = {
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
  if (PROGRAMMING_ERRORS.has(name)) throw bugOf(outcome.error, context);
  throw failureOf(DATA_ERRORS.has(name) ? 'DataError' : name, message, stack);
}

/** Kernels know no failure types: what these say of the data is the same at every retry. */
const DATA_ERRORS = new Set(['LimitError', 'NonFiniteError']);

const PROGRAMMING_ERRORS = new Set(['TypeError', 'RangeError', 'ReferenceError', 'SyntaxError']);
/** A bug is met again; the second attempt is for the rare one that hung on the worker. */
const MAX_ATTEMPTS_OF_A_BUG = 2;

/** A bug is told with its stack in the worker's log, and ends the run soon. */
function bugOf({ name, message, stack }: StageError, { info, log }: Context): ApplicationFailure {
  const told = cappedMessage(`${name}: ${message}`);
  const isLast = info.attempt >= MAX_ATTEMPTS_OF_A_BUG;
  log.error(`a bug of hashloom, in attempt ${info.attempt} of ${info.activityType}: ${told}`, {
    stack,
  });
  return failureOf(
    name,
    `${told}; this is a bug of hashloom: please report it with the stack from the worker's log`,
    stack,
    isLast,
  );
}

/** The one gate for errors that leave an activity: by its type, of a size that Temporal takes. */
function failureOf(
  type: string,
  message: string,
  stack: string,
  nonRetryable = FAILURE_TYPES.some((permanent) => permanent === type),
): ApplicationFailure {
  const told = cappedMessage(message);
  const failure = ApplicationFailure.create({ message: told, type, nonRetryable });
  // A stack begins with the message, in its full length.
  failure.stack = cappedMessage(stack);
  return failure;
}
