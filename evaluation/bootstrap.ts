import { PURPOSE, RandomStream } from '../kernels/numbers/random.ts';

export type Interval = [low: number, high: number];

/** Statistics of the means of some columns, a row a query. */
type Statistics<Name extends string> = Record<Name, (means: readonly number[]) => number>;

/**
 * Intervals of 95% by the percentile bootstrap (Efron 1979): the queries are drawn anew with
 * replacement `resamples` times, all columns together, and each statistic takes the nearest-rank
 * quantiles .025 and .975 of its values. columns: equally long, at least one row.
 */
export function bootstrap<Name extends string>(
  columns: readonly ArrayLike<number>[],
  statistics: Statistics<Name>,
  seed: number,
  resamples = 1000,
): Record<Name, Interval> {
  const rows = columns[0]?.length ?? 0;
  if (rows === 0 || columns.some((column) => column.length !== rows))
    throw new RangeError('bootstrap: expected columns of one length, at least 1');
  const stream = new RandomStream(seed, PURPOSE.bootstrap);
  const names = Object.keys(statistics) as Name[];
  const values = names.map(() => new Float64Array(resamples));
  const means = new Float64Array(columns.length);
  for (let resample = 0; resample < resamples; resample++) {
    means.fill(0);
    for (let draw = 0; draw < rows; draw++) {
      const row = stream.below(rows);
      for (let c = 0; c < columns.length; c++) means[c]! += columns[c]![row]!;
    }
    for (let c = 0; c < columns.length; c++) means[c]! /= rows;
    names.forEach((name, k) => (values[k]![resample] = statistics[name]([...means])));
  }
  const rank = (share: number): number => Math.max(0, Math.ceil(share * resamples) - 1);
  return Object.fromEntries(
    names.map((name, k) => {
      const sorted = values[k]!.sort();
      return [name, [sorted[rank(0.025)]!, sorted[rank(0.975)]!]];
    }),
  ) as Record<Name, Interval>;
}
