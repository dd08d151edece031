/** What an experiment says of a setting: metrics by name. */
export type Row = Record<string, { mean: number; sd: number }>;

/** A point of the grid that all losses share, and what came of it. */
export interface Tried {
  loss: string;
  concentration: number;
  beta: number;
  lambda: number;
  row: Row;
}

export type Criterion = 'max WP' | 'max F1' | 'max WP + F1';

/** The points of a grid, from the names that the experiment gives them. */
export function triesOf(settings: Record<string, Row>): Tried[] {
  return Object.entries(settings).map(([name, row]) => {
    const value = (key: string) => new RegExp(` ${key} (\\S+)`).exec(name)?.[1] ?? '';
    const [, beta, lambda] = /\bbeta ([\d.]+) lambda ([\d.]+)/.exec(name) ?? [];
    return {
      loss: value('method'),
      concentration: Number(value('concentration')),
      beta: Number(beta),
      lambda: Number(lambda),
      row,
    };
  });
}

/** The best try of a loss; of equal ones the first. */
export function choose(tries: readonly Tried[], loss: string, by: Criterion): Tried {
  const own = tries.filter((tried) => tried.loss === loss);
  const [first] = own;
  if (!first) throw new Error(`no try of ${loss}`);
  return own.reduce((best, tried) => (score(tried.row, by) > score(best.row, by) ? tried : best));
}

export function mean(row: Row, metric: string): number {
  return row[metric]?.mean ?? NaN;
}

function score(row: Row, by: Criterion): number {
  if (by === 'max WP') return mean(row, 'wp');
  if (by === 'max F1') return mean(row, 'f1');
  return mean(row, 'wp') + mean(row, 'f1');
}
