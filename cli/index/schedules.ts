import {
  ScheduleAlreadyRunning,
  ScheduleNotFoundError,
  ScheduleOverlapPolicy,
} from '@temporalio/client';
import type {
  ScheduleDescription,
  ScheduleSpec,
  ScheduleSpecDescription,
} from '@temporalio/client';
import type { Configuration } from '../../schemas/configuration.ts';
import type { ClientConnection } from '../../workers/connection.ts';
import { Failure } from '../../schemas/failures.ts';
import { QUEUES } from '../../schemas/queues.ts';
import { scheduledWorkflowId, scheduleId, WORKFLOW } from '../../schemas/run.ts';
import { formatDuration, formatTime } from '../terminal/format.ts';
import { prepareRun } from '../run/start-run.ts';
import { renderTable } from '../terminal/table.ts';
import type { Terminal } from '../terminal/terminal.ts';

/** Durations in milliseconds. */
interface ScheduleTimes {
  every?: number;
  cron?: string;
  timeZone?: string;
  jitter?: number;
  catchup: number;
  paused: boolean;
}

/**
 * Creates the schedule of an index and says what it will do. Throws ConfigurationError when
 * Temporal refuses its times.
 */
export async function createSchedule(
  temporal: ClientConnection,
  configuration: Configuration,
  times: ScheduleTimes,
): Promise<string> {
  const { index } = configuration;
  const prepared = await prepareRun(temporal, configuration, false);
  const { input, ...shown } = prepared;
  try {
    const handle = await temporal.client.schedule.create({
      scheduleId: scheduleId(index),
      spec: specOf(times),
      action: {
        type: 'startWorkflow',
        workflowType: WORKFLOW.scheduled,
        workflowId: scheduledWorkflowId(index),
        taskQueue: QUEUES.main,
        args: [input],
        ...shown,
        staticSummary: `Scheduled reindex of ${index}`,
      },
      policies: {
        overlap: ScheduleOverlapPolicy.SKIP,
        catchupWindow: times.catchup,
        pauseOnFailure: true,
      },
      state: { paused: times.paused },
    });
    const { info, spec } = await handle.describe();
    const next = times.paused
      ? 'it is paused'
      : `it fires first at ${nextTime(info.nextActionTimes)}`;
    return `created the schedule of ${index}: ${describeSpec(spec)}; ${next}`;
  } catch (error) {
    if (error instanceof ScheduleAlreadyRunning) {
      throw new Error(
        `${index} has a schedule already\n` +
          `hint: hashloom schedule describe ${index}, or hashloom schedule delete ${index} and ` +
          'create it anew',
        {
          cause: error,
        },
      );
    }
    // So the client tells of times that the server does not take.
    if (error instanceof TypeError)
      throw new Failure('ConfigurationError', `Temporal refuses this schedule: ${error.message}`, {
        cause: error,
      });
    throw error;
  }
}

interface ListedSchedule {
  index: string;
  when: string;
  paused: boolean;
  /** ISO 8601; absent for a schedule that will not fire. */
  next: string | undefined;
}

export async function listSchedules({ client }: ClientConnection): Promise<ListedSchedule[]> {
  const schedules: ListedSchedule[] = [];
  const prefix = scheduleId('');
  for await (const summary of client.schedule.list()) {
    if (!summary.scheduleId.startsWith(prefix)) continue;
    schedules.push({
      index: summary.scheduleId.slice(prefix.length),
      when: summary.spec === undefined ? '' : describeSpec(summary.spec),
      paused: summary.state.paused,
      next: summary.state.paused ? undefined : summary.info.nextActionTimes[0]?.toISOString(),
    });
  }
  return schedules.toSorted((a, b) => a.index.localeCompare(b.index));
}

export function schedulesTable(schedules: readonly ListedSchedule[], terminal: Terminal): string[] {
  const rows = schedules.map((schedule) => [
    schedule.index,
    schedule.when,
    schedule.paused ? terminal.paint('yellow', 'paused') : 'on',
    schedule.next === undefined ? '' : formatTime(new Date(schedule.next)),
  ]);
  return renderTable(
    [{ title: 'Index' }, { title: 'When' }, { title: 'State' }, { title: 'Next' }],
    rows,
    terminal.columns(),
  );
}

export type ScheduleVerb = 'describe' | 'trigger' | 'pause' | 'unpause' | 'delete';

/** Does what the verb says, and says what it did. */
export async function actOnSchedule(
  { client }: ClientConnection,
  index: string,
  verb: ScheduleVerb,
  note: string | undefined,
): Promise<string> {
  const handle = client.schedule.getHandle(scheduleId(index));
  try {
    switch (verb) {
      case 'describe':
        return describeSchedule(index, await handle.describe());
      case 'trigger':
        // The policy of the schedule, skip, would drop this in silence while a run is under way.
        await handle.trigger(ScheduleOverlapPolicy.SKIP);
        return `triggered; follow it with: hashloom watch ${index}`;
      case 'pause':
        await handle.pause(note ?? 'paused with `hashloom schedule pause`');
        return `paused; runs under way go on`;
      case 'unpause':
        await handle.unpause(note ?? 'unpaused with `hashloom schedule unpause`');
        return `goes on; next at ${nextTime((await handle.describe()).info.nextActionTimes)}`;
      default:
        await handle.delete();
        return `deleted the schedule of ${index}; its versions and artifacts stay`;
    }
  } catch (error) {
    if (!(error instanceof ScheduleNotFoundError)) throw error;
    throw new Error(
      `${index} has no schedule\nhint: \`hashloom schedule list\` shows those there are`,
      { cause: error },
    );
  }
}

/** Temporal turns cron expressions into calendars and forgets them, but for the comment. */
function specOf(times: ScheduleTimes): ScheduleSpec {
  return {
    ...(times.every === undefined ? {} : { intervals: [{ every: times.every }] }),
    ...(times.cron === undefined ? {} : { cronExpressions: [`${times.cron} # ${times.cron}`] }),
    ...(times.timeZone === undefined ? {} : { timezone: times.timeZone }),
    ...(times.jitter === undefined ? {} : { jitter: times.jitter }),
  };
}

function describeSpec(spec: ScheduleSpecDescription): string {
  const parts = [
    ...(spec.intervals ?? []).map(({ every }) => `every ${formatDuration(every)}`),
    ...(spec.calendars ?? []).map((calendar) =>
      calendar.comment ? `cron ${calendar.comment}` : 'calendar',
    ),
    ...(spec.timezone ? [spec.timezone] : []),
    ...(spec.jitter ? [`jitter ${formatDuration(spec.jitter)}`] : []),
  ];
  return parts.join(', ');
}

function describeSchedule(index: string, description: ScheduleDescription): string {
  const { info, policies, spec, state } = description;
  const lines = [
    `index      ${index}`,
    `schedule   ${description.scheduleId}`,
    `when       ${describeSpec(spec)}`,
    `state      ${state.paused ? 'paused' : 'on'}${state.note ? ` (${state.note})` : ''}`,
    `next       ${state.paused ? 'nothing while paused' : nextTime(info.nextActionTimes)}`,
    `overlap    ${policies.overlap?.toLowerCase() ?? 'skip'}; missed times are caught up ` +
      `within ${formatDuration(policies.catchupWindow)}`,
    `so far     ${info.numActionsTaken} fired, ${info.numActionsSkippedOverlap} skipped ` +
      `because a run was under way, ${info.numActionsMissedCatchupWindow} missed`,
    ...info.recentActions.toReversed().map((action, position) => {
      const title = position === 0 ? 'last fired ' : '           ';
      return `${title}${formatTime(action.takenAt)}  ${action.action.workflow.workflowId}`;
    }),
  ];
  return lines.join('\n');
}

function nextTime(times: readonly Date[]): string {
  const [next] = times;
  return next === undefined ? 'no time that is to come' : formatTime(next);
}
