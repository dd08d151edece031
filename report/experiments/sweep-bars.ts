import * as Plot from '@observablehq/plot';
import { draw } from '../draw.ts';

/** The best setting of a method among those with one value of a variable. */
interface SweepBar {
  method: string;
  value: string;
  metric: string;
  mean: number;
  sd: number;
}

/**
 * Fig. 2 and 3 of paper 1: for each method and value of one variable the figures of its best
 * setting.
 */
export function sweepBars(variable: string, bars: readonly SweepBar[]): string {
  const metrics = [...new Set(bars.map(({ metric }) => metric))];
  return draw(`Best setting of each method by ${variable}`, {
    height: 240,
    marginRight: 16,
    x: { label: variable, domain: [...new Set(bars.map(({ value }) => value))] },
    y: { label: metrics.join(', stacked on '), grid: true },
    fx: { label: null },
    marks: [
      Plot.barY(bars, {
        fx: 'method',
        x: 'value',
        y: 'mean',
        fill: 'var(--accent)',
        fillOpacity: ({ metric }: SweepBar) => (metric === metrics[0] ? 1 : 0.45),
        title: ({ method, value, metric, mean, sd }: SweepBar) =>
          `${method}, ${variable} ${value}: ${metric} ${mean.toFixed(3)} ± ${sd.toFixed(3)}`,
      }),
      ...(metrics.length === 1
        ? [
            Plot.ruleX(bars, {
              fx: 'method',
              x: 'value',
              y1: ({ mean, sd }: SweepBar) => Math.max(0, mean - sd),
              y2: ({ mean, sd }: SweepBar) => mean + sd,
              stroke: 'var(--text)',
              strokeWidth: 1.5,
            }),
          ]
        : []),
      Plot.ruleY([0]),
    ],
  });
}

/**
 * Of each method and each value of each variable that varies, the setting for which `rank` is
 * highest.
 */
export function sweepsOf<Row extends { method: string }>(
  rows: readonly Row[],
  variables: Record<string, (row: Row) => string>,
  rank: (row: Row) => number,
  figures: Record<string, (row: Row) => { mean: number; sd: number }>,
): { variable: string; bars: SweepBar[] }[] {
  return Object.entries(variables).flatMap(([variable, valueOf]) => {
    const values = [...new Set(rows.map(valueOf))];
    if (values.length < 2) return [];
    const bars = [...new Set(rows.map(({ method }) => method))].flatMap((method) =>
      values.flatMap((value) => {
        const [best] = rows
          .filter((row) => row.method === method && valueOf(row) === value)
          .toSorted((a, b) => rank(b) - rank(a));
        return best
          ? Object.entries(figures).map(([metric, of]) => ({
              method: method.toUpperCase(),
              value,
              metric,
              ...of(best),
            }))
          : [];
      }),
    );
    return [{ variable, bars }];
  });
}
