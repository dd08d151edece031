import { hasChild } from '../../schemas/stages.ts';
import type { StageName } from '../../schemas/activities.ts';

/** A history before it continues as new, in events. */
const LONGEST_HISTORY = { train: 6000, other: 8000 };
/** Scheduled, started, completed; and the workflow task that each completion wakes. */
const EVENTS_OF_ACTIVITY = 6;
/** Of a workflow: started, its first task, completed. */
const EVENTS_OF_EXECUTION = 5;
/** Of a child, in its parent: initiated, started, completed, and two workflow tasks. */
const EVENTS_OF_CHILD = 9;

interface StageHistory {
  /** Events of the run and of the stage's child together. */
  events: number;
  /** Executions of the stage's child: more than one where it continues as new. */
  executions: number;
  /** The longest history among them. */
  longest: number;
  /** Operations that Temporal Cloud bills, heartbeats left out. */
  actions: number;
}

/**
 * The history that a stage leaves; `own` activities in the run's, the others in a child's. With
 * search attributes each stage is an upsert.
 */
export function stageHistory(
  name: StageName,
  own: number,
  inChild: number,
  searchAttributes: boolean,
): StageHistory {
  const upserts = searchAttributes ? 1 : 0;
  const ownEvents = EVENTS_OF_ACTIVITY * own + upserts;
  if (!hasChild(name))
    return { events: ownEvents, executions: 0, longest: ownEvents, actions: own + upserts };
  const events = EVENTS_OF_ACTIVITY * inChild;
  const most = name === 'train' ? LONGEST_HISTORY.train : LONGEST_HISTORY.other;
  const executions = Math.max(1, Math.ceil(events / most));
  return {
    events: ownEvents + EVENTS_OF_CHILD + events + EVENTS_OF_EXECUTION * executions,
    executions,
    longest: Math.ceil(events / executions) + EVENTS_OF_EXECUTION,
    // A child is billed twice: for the intent, and for the start. Continuing as new is a start.
    actions: own + upserts + inChild + 2 + (executions - 1),
  };
}

/** The run's own start, its index and version as search attributes, its first task and its end. */
export function runHistory(searchAttributes: boolean): { events: number; actions: number } {
  const upserts = searchAttributes ? 2 : 0;
  return { events: EVENTS_OF_EXECUTION + upserts, actions: 1 + upserts };
}

/**
 * Heartbeats that reach the server: the first of each activity, then one every so many seconds
 * (workers/run-workers.ts).
 */
const HEARTBEAT_SECONDS = 1;
export const heartbeatsOf = (activities: number, seconds: number): number =>
  Math.round(activities + seconds / HEARTBEAT_SECONDS);
