import type { Metrics } from '../../schemas/run.ts';
import type { Interval } from '../bootstrap.ts';
import { CUTS } from './hit-figures.ts';
import type { WayFigures } from './measure-ways.ts';
import type { WayName } from './way-names.ts';

/** Ways that have metrics of their own, which a gate can name; of all there is a table. */
const NAMED: readonly WayName[] = ['query', 'codes', 'als', 'popularity', 'adamicAdar'];
const METRIC_CUTS = [10, 50, 1000] as const;
/** Standard errors to either side of an interval of 95%. */
const ERRORS_95 = 1.96;

/**
 * `queryHr10`, `queryHr1000`, `queryFairHr50`, `queryMatchedHr10`, and the same of what is beside.
 */
export function answerMetrics(measured: readonly WayFigures[]): {
  metrics: Metrics;
  intervals: Record<string, Interval>;
} {
  const metrics: Metrics = {};
  const intervals: Record<string, Interval> = {};
  for (const { way, figures } of measured) {
    if (!NAMED.includes(way)) continue;
    const add = (name: string, value: number, error: number): void => {
      metrics[way + name] = value;
      intervals[way + name] = interval95(value, error);
    };
    for (const cut of METRIC_CUTS) {
      const at = CUTS.indexOf(cut);
      add(`Hr${cut}`, figures.uniform[at]!, figures.errors.uniform[at]!);
      add(`FairHr${cut}`, figures.fair[at]!, figures.errors.fair[at]!);
    }
    add('MatchedHr10', figures.matched, figures.errors.matched);
  }
  return { metrics, intervals };
}

/** Of a share with this standard error. */
export const interval95 = (share: number, error: number): Interval => [
  Math.max(0, share - ERRORS_95 * error),
  Math.min(1, share + ERRORS_95 * error),
];
