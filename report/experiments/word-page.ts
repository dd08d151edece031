import {
  summarize,
  type WordExperimentResult,
  type WordSetting,
} from '../../schemas/word-experiment.ts';
import { experimentPage } from './experiment-page.ts';
import { sweepBars, sweepsOf } from './sweep-bars.ts';
import { wordTable } from './word-table.ts';

const VARIABLES = {
  K: 'concentration',
  beta: 'beta',
  lambda: 'lambda',
  epochs: 'epochs',
  'bucket negatives': 'bucketPerPositive',
  'hard negatives': 'hardPerPositive',
} as const;

/**
 * HTML: the table of an experiment on words and, where settings vary, bars by each variable (Fig. 3
 * of paper 1: the best sum of F1 and WP).
 */
export function wordPage(
  title: string,
  settings: readonly WordSetting[],
  result: WordExperimentResult,
): string {
  const rows = settings.map(({ training }, at) => ({
    training,
    method: training.method,
    summary: summarize(result.metrics[at] ?? []),
  }));
  type Row = (typeof rows)[number];
  const figure =
    (name: string) =>
    ({ summary }: Row) =>
      summary[name] ?? { mean: 0, sd: 0 };
  const measured = rows.some(({ summary }) => summary['wp'])
    ? ({ F1: 'f1', WP: 'wp' } as const)
    : ({ F1: 'f1' } as const);
  const figures = Object.fromEntries(
    Object.entries(measured).map(([name, metric]) => [name, figure(metric)]),
  );
  const sum = (row: Row) => Object.values(figures).reduce((total, of) => total + of(row).mean, 0);
  const variables = Object.fromEntries(
    Object.entries(VARIABLES).map(([name, key]) => [
      name,
      ({ training }: Row) => String(Number(training[key].toFixed(3))),
    ]),
  );
  const sweeps = sweepsOf(rows, variables, sum, figures);
  const of = Object.keys(figures).join(' + ');
  return experimentPage({
    title,
    table: wordTable(settings, result),
    figures: sweeps.map(({ variable, bars }) => ({
      svg: sweepBars(variable, bars),
      caption: `${of} of the setting where it is highest, for each method and ${variable} (as Fig. 3).`,
    })),
  });
}
