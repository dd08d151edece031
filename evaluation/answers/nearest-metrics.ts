import type { Metrics } from '../../schemas/run.ts';
import type { Interval } from '../bootstrap.ts';
import { interval95 } from './answer-metrics.ts';
import type { NearestFigures, Share } from './nearest-answers.ts';
import type { WayName } from './way-names.ts';

/** Ways that have metrics of their own, which a gate can name; of all there is a table. */
const NAMED: readonly WayName[] = ['query', 'cells', 'codes', 'exact', 'popularity'];

/** `queryRecall10`, `queryRecall50`, `queryLabels10`, and the same of what is beside. */
export function nearestMetrics(measured: readonly NearestFigures[]): {
  metrics: Metrics;
  intervals: Record<string, Interval>;
} {
  const metrics: Metrics = {};
  const intervals: Record<string, Interval> = {};
  const add = (name: string, { share, error }: Share): void => {
    if (Number.isNaN(share)) return;
    metrics[name] = share;
    intervals[name] = interval95(share, error);
  };
  for (const { way, figures, recall50, labels } of measured) {
    if (!NAMED.includes(way)) continue;
    if (way !== 'exact') {
      const [share, error] = [figures.uniform[0]!, figures.errors.uniform[0]!];
      add(`${way}Recall10`, { share, error });
      add(`${way}Recall50`, recall50);
    }
    if (labels) add(`${way}Labels10`, labels[0]!);
  }
  return { metrics, intervals };
}
