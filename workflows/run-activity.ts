import {
  ActivityCancellationType,
  type ActivityOptions,
  proxyActivities,
} from '@temporalio/workflow';
import type { ActivityInput, ActivityOutput } from '../activities/stage-runner.ts';
import {
  type ActivityName,
  type ActivityRow,
  activityRow,
  stageOf,
} from '../schemas/activities.ts';
import { FAILURE_TYPES } from '../schemas/failures.ts';
import { QUEUES } from '../schemas/queues.ts';

/**
 * Work is away from the heartbeats' thread, so a missed heartbeat means a dead worker. Cancellation
 * waits for the activity, so that nothing of a cancelled run is written after it has ended.
 */
const EVERY = {
  heartbeatTimeout: '10 seconds',
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
} satisfies ActivityOptions;

const RETRY = {
  initialInterval: '1 second',
  backoffCoefficient: 2,
  maximumInterval: '1 minute',
  nonRetryableErrorTypes: FAILURE_TYPES,
} satisfies ActivityOptions['retry'];

const PROFILES = {
  /** What reads or writes a few objects; the attempts outlast a hiccup of the store. */
  light: {
    ...EVERY,
    startToCloseTimeout: '10 minutes',
    retry: { ...RETRY, maximumAttempts: 10 },
  },
  /**
   * What grows with the corpus. A worker that drains costs an attempt: they are enough for a long
   * training on hosts that come and go.
   */
  heavy: {
    ...EVERY,
    startToCloseTimeout: '12 hours',
    retry: { ...RETRY, maximumAttempts: 50 },
  },
} satisfies Record<ActivityRow['profile'], ActivityOptions>;

type Work = (input: unknown) => Promise<unknown>;

/** Runs an activity on the queue of its stage, with a line for Temporal's UI. */
export async function runActivity<Name extends ActivityName>(
  name: Name,
  summary: string,
  input: ActivityInput<Name>,
): Promise<ActivityOutput<Name>> {
  const work = proxyActivities<Record<string, Work>>({
    ...PROFILES[activityRow(name).profile],
    taskQueue: QUEUES[stageOf(name).queue],
  });
  const output = await work[name]!.executeWithOptions({ summary }, [input]);
  return output as ActivityOutput<Name>;
}
