import { formatSeconds } from '../terminal/format.ts';
import type { StageName } from '../../schemas/activities.ts';
import type { StageView } from './run-snapshot.ts';

/** A share and when it was seen, in seconds of a monotonic clock. */
interface Seen {
  time: number;
  fraction: number;
}

/** Less progress, or less time, tells nothing of what is to come. */
const MIN_PROGRESS = 0.03;
const MIN_SECONDS = 2;

/**
 * How long stages at work still take, at the pace since they were first seen: whoever begins to
 * watch in the middle gets no estimate from work that was done before.
 */
export interface TimeLeft {
  /** Seconds; undefined while it cannot be told. */
  of(stage: StageView, time: number): number | undefined;
}

export function createTimeLeft(): TimeLeft {
  const first = new Map<StageName, Seen>();
  return {
    of({ name, state, fraction }, time) {
      if (state !== 'running' || fraction === undefined) return undefined;
      const begun = first.get(name);
      // A share that falls is that of another attempt, whose pace begins anew.
      if (begun === undefined || fraction < begun.fraction) {
        first.set(name, { time, fraction });
        return undefined;
      }
      const progress = fraction - begun.fraction;
      const seconds = time - begun.time;
      if (progress < MIN_PROGRESS || seconds < MIN_SECONDS) return undefined;
      return ((1 - fraction) * seconds) / progress;
    },
  };
}

/** `12 s left`; nothing while it cannot be told. */
export function timeLeftText(seconds: number | undefined): string[] {
  return seconds === undefined ? [] : [`${formatSeconds(seconds)} left`];
}
