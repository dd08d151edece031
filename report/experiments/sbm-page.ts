import { drawBlockModel } from '../../kernels/affinity/stochastic-block-model.ts';
import {
  type Method,
  SBM_MODEL,
  type SbmScores,
  type SbmSetting,
  sbmSummary,
} from '../../schemas/experiment.ts';
import { type Bar, barChart } from '../bar-chart.ts';
import { experimentPage } from './experiment-page.ts';
import { sbmMatrix } from './sbm-matrix.ts';
import { type RelevanceCurve, similarityPlot } from '../similarity-curves.ts';
import { sweepBars, sweepsOf } from './sweep-bars.ts';

/** What a sweep may vary. */
const VARIABLES = [
  ['K', 'concentration'],
  ['beta', 'beta'],
  ['lambda', 'lambda'],
  ['hard negatives', 'hardPerPositive'],
] as const;

/** Table 1 of paper 1: P, R, F1, standard deviation of F1; of other methods it says nothing. */
const PAPER: Partial<Record<Method, readonly [number, number, number, number]>> = {
  lse: [0.992, 0.986, 0.989, 0.005],
  dch: [0.924, 0.916, 0.92, 0.012],
  cos: [0.724, 0.679, 0.701, 0.027],
  dhn: [0.415, 0.124, 0.191, 0.013],
  'dhn-power': [0.415, 0.124, 0.191, 0.013],
};

interface SbmPage {
  /** Markdown: a row a setting. */
  table: string;
  /**
   * F1 of the best setting of each method and draw, the paper's as a mark; then, where it is a
   * sweep, F1 against each variable.
   */
  plots: { name: string; svg: string }[];
  /**
   * HTML: the table, bars of a sweep (Fig. 2), the matrix (Fig. 4), and what each model takes for
   * relevance (Fig. 1).
   */
  page: string;
}

/**
 * The tables and plots that an experiment leaves. `relevanceOf`: what each model takes for
 * relevance, with the K of a setting.
 */
export function sbmPage(
  settings: SbmSetting[],
  scores: SbmScores,
  relevanceOf: (training: SbmSetting['training']) => RelevanceCurve[],
): SbmPage {
  const rows = settings.map((setting, at) => ({ setting, ...sbmSummary(scores[at] ?? []) }));
  const table = [
    '| model | D | K | beta | lambda | hard negatives | rate | P | R | F1 | sd | paper P | R ' +
      '| F1 |',
    '|---|---|---|---|---|---|---|---|---|---|---|---|---|---|',
    ...rows.map(({ setting: { method, draws, training }, precision, recall, f1, f1Sd }) => {
      const paper = PAPER[method];
      const settingCells = [
        method.toUpperCase(),
        draws,
        training.concentration,
        Number(training.beta.toFixed(3)),
        Number(training.lambda.toFixed(3)),
        training.hardPerPositive > 0 ? 'yes' : 'no',
        training.rate,
      ];
      const cells = [
        ...settingCells,
        precision.toFixed(3),
        recall.toFixed(3),
        `**${f1.toFixed(3)}**`,
        f1Sd.toFixed(3),
        ...(paper ? [paper[0], paper[1], `${paper[2]} ± ${paper[3]}`] : ['', '', '']),
      ];
      return `| ${cells.join(' | ')} |`;
    }),
    '',
  ].join('\n');

  const best = new Map<string, (typeof rows)[number]>();
  for (const row of rows) {
    const key = `${row.setting.method}, ${row.setting.draws}`;
    if ((best.get(key)?.f1 ?? -1) < row.f1) best.set(key, row);
  }
  const bars = [...best].map(([label, { setting, f1, f1Sd }]): Bar => ({
    label,
    value: f1,
    spread: f1Sd,
    ...(PAPER[setting.method] && { mark: PAPER[setting.method]![2] }),
  }));
  const plots = [{ name: 'sbm-f1.svg', svg: barChart('F1 over trials (red: the paper)', bars) }];
  for (const variable of ['concentration', 'beta', 'lambda', 'hardPerPositive'] as const) {
    const values = [...new Set(rows.map(({ setting }) => setting.training[variable]))];
    if (values.length === 1 || rows.length === best.size) continue;
    const methods = [...new Set(rows.map(({ setting }) => setting.method))];
    const slices = methods.flatMap((method) =>
      values.flatMap((value): Bar[] => {
        const those = rows.filter(
          ({ setting }) => setting.method === method && setting.training[variable] === value,
        );
        const top = those.sort((a, b) => b.f1 - a.f1)[0];
        return top
          ? [
              {
                label: `${method}, ${variable} ${Number(value.toFixed(3))}`,
                value: top.f1,
                spread: top.f1Sd,
              },
            ]
          : [];
      }),
    );
    plots.push({
      name: `sbm-${variable}.svg`,
      svg: barChart(`Highest F1 by ${variable} (as Fig. 2)`, slices),
    });
  }
  return { table, plots, page: pageOf(table, rows, relevanceOf) };
}

type Row = { setting: SbmSetting } & ReturnType<typeof sbmSummary>;

function pageOf(
  table: string,
  rows: readonly Row[],
  relevanceOf: (training: SbmSetting['training']) => RelevanceCurve[],
): string {
  const named = rows.map((row) => ({ ...row, method: row.setting.method }));
  const variables = Object.fromEntries(
    VARIABLES.map(([name, key]) => [
      name,
      ({ setting }: Row) => {
        const value = setting.training[key];
        if (key === 'hardPerPositive') return value > 0 ? 'yes' : 'no';
        return String(Number(value.toFixed(3)));
      },
    ]),
  );
  const sweeps = sweepsOf(named, variables, ({ f1 }) => f1, {
    F1: ({ f1, f1Sd }) => ({ mean: f1, sd: f1Sd }),
  });
  const best = named.toSorted((a, b) => b.f1 - a.f1)[0];
  const figures = [
    ...sweeps.map(({ variable, bars }) => ({
      svg: sweepBars(variable, bars),
      caption:
        `F1 of the best setting of each method by ${variable}, mean and deviation over trials ` +
        '(as Fig. 2).',
    })),
    {
      svg: sbmMatrix(drawBlockModel({ ...SBM_MODEL, symmetric: true }, 1)),
      caption:
        'The block model of seed 1: links are nearly block-diagonal, hard negatives lie ' +
        'around them (as Fig. 4).',
    },
    ...(best
      ? [
          {
            svg: similarityPlot({
              method: best.method,
              relevance: relevanceOf(best.setting.training),
            }),
            caption:
              'What each model takes for relevance, with K = ' +
              `${best.setting.training.concentration} of the best setting, ` +
              `${best.method.toUpperCase()} (as Fig. 1).`,
          },
        ]
      : []),
  ];
  return experimentPage({ title: 'Stochastic block model', table, figures });
}
