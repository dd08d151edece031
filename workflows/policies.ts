import {
  ActivityCancellationType,
  type ActivityOptions,
  proxyActivities,
} from '@temporalio/workflow';
import type { Activities } from '../activities/create-activities.ts';
import type { ActivityName } from '../activities/stage-runner.ts';
import { FAILURE_TYPES } from '../schemas/failures.ts';
import { QUEUES, type QueueRole } from '../schemas/queues.ts';

/**
 * One profile for every activity. Work is away from the heartbeats' thread, so a missed heartbeat
 * means a dead worker. Cancellation waits for the activity, so that nothing of a cancelled run is
 * written after it has ended.
 */
const PROFILE = {
  startToCloseTimeout: '12 hours',
  heartbeatTimeout: '10 seconds',
  retry: {
    initialInterval: '1 second',
    backoffCoefficient: 2,
    maximumInterval: '1 minute',
    // A worker that drains costs an attempt: enough for a long training on hosts that come and go.
    maximumAttempts: 50,
    nonRetryableErrorTypes: FAILURE_TYPES,
  },
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
} satisfies ActivityOptions;

type Work = (input: unknown) => Promise<unknown>;

const onQueue = (role: QueueRole) =>
  proxyActivities<Record<string, Work>>({ ...PROFILE, taskQueue: QUEUES[role] });

const proxies = {
  main: onQueue('main'),
  etl: onQueue('etl'),
  train: onQueue('train'),
  export: onQueue('export'),
};

/** Runs an activity on the queue of its role, with a line for Temporal's UI. */
export async function perform<Name extends ActivityName>(
  role: QueueRole,
  name: Name,
  summary: string,
  input: Parameters<Activities[Name]>[0],
): Promise<Awaited<ReturnType<Activities[Name]>>> {
  const output = await proxies[role][name]!.executeWithOptions({ summary }, [input]);
  return output as Awaited<ReturnType<Activities[Name]>>;
}
