import { ApplicationFailure } from '@temporalio/workflow';
import type { Metrics } from '../schemas/run.ts';

/** Refuses a run whose metrics do not reach the thresholds of `gate:`; nothing is published then. */
export function checkGate(thresholds: Record<string, number>, metrics: Metrics): void {
  const misses = Object.entries(thresholds).flatMap(([name, least]) => {
    const value = metrics[name];
    if (value === undefined) return [`${name} is no metric of this run (known: ${Object.keys(metrics).join(', ')})`];
    return value >= least ? [] : [`${name} is ${value.toPrecision(4)}, at least ${least} is asked for`];
  });
  if (misses.length === 0) return;
  const message = `the gate refuses this run: ${misses.join('; ')}; the published version stays as it is`;
  throw ApplicationFailure.nonRetryable(message, 'GateRefused');
}
