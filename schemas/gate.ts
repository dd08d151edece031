import type { Configuration } from './configuration.ts';
import { judgeAnswers } from './judge-answers.ts';
import { metricDirection } from './metrics.ts';
import type { Metrics } from './run.ts';

/** One rule of the gate, and how the run stands to it. */
export interface GateCheck {
  metric: string;
  passes: boolean;
  /** What is asked for, and what was found. */
  text: string;
}

/**
 * Every rule of `gate:` on the metrics of a run. A regression is measured in the direction that is
 * worse for the metric, against the version that is current; without one, or where that version
 * lacks the metric, there is nothing to fall behind. With `warnings: refuse` each warning of the
 * figures is a rule that is missed.
 */
export function judgeGate(
  gate: Configuration['gate'],
  metrics: Metrics,
  previous?: { version: number; metrics: Metrics },
): GateCheck[] {
  const minima = Object.entries(gate.minimum).map(([metric, least]): GateCheck => {
    const value = metrics[metric];
    if (value === undefined)
      return {
        metric,
        passes: false,
        text: `${metric} was not measured, at least ${least} is asked for`,
      };
    return {
      metric,
      passes: value >= least,
      text: `${metric} is ${figure(value)}, at least ${least} is asked for`,
    };
  });
  const regressions = Object.entries(gate.regression).flatMap(([metric, allowed]): GateCheck[] => {
    const before = previous?.metrics[metric];
    if (previous === undefined || before === undefined) return [];
    const value = metrics[metric];
    const bound = `version ${previous.version} has ${figure(before)} and it may be worse by ${allowed}`;
    if (value === undefined)
      return [{ metric, passes: false, text: `${metric} was not measured, ${bound}` }];
    return [
      {
        metric,
        passes: (before - value) * metricDirection(metric) <= allowed,
        text: `${metric} is ${figure(value)}, ${bound}`,
      },
    ];
  });
  const warnings = gate.warnings === 'refuse' ? judgeAnswers(metrics) : [];
  return [
    ...minima,
    ...regressions,
    ...warnings.map(({ what, change }) => ({
      metric: 'warnings',
      passes: false,
      text: `${what}; to change it: ${change}`,
    })),
  ];
}

/** Updates of the workflow `reindex` that decide about a run that waits at the gate. */
export const APPROVE_UPDATE = 'approve';
export const REJECT_UPDATE = 'reject';

/** Who decides about a run at its gate, and why. */
export interface GateDecision {
  who: string;
  why: string;
}

/**
 * A version that was published against its gate: what it missed, and who wanted it nevertheless.
 */
export interface GateApproval extends GateDecision {
  misses: string[];
}

/**
 * What keeps a value from being a decision; undefined for a decision. By hand, as workflows take no
 * library for it.
 */
export function decisionProblem(given: unknown): string | undefined {
  const { who, why } = (typeof given === 'object' && given !== null ? given : {}) as Record<
    string,
    unknown
  >;
  const isText = (value: unknown, longest: number) =>
    typeof value === 'string' && value.trim() !== '' && value.length <= longest;
  if (!isText(who, 200))
    return `who: expected a name of at most 200 characters, got ${JSON.stringify(who)}`;
  if (!isText(why, 2000))
    return `why: expected a reason of at most 2000 characters, got ${JSON.stringify(why)}`;
  return undefined;
}

const figure = (value: number): string => String(Number(value.toPrecision(4)));
