/**
 * `npm run bench -- equal-effort-words`: the losses of the LSE paper on words under equal effort,
 * as its Tables 5, 6 and 3. `--config few-books` (examples/words/NAME.yaml: `third` for the full
 * size); two grids that all losses share are tried on the tuning half of the queries with seed 1
 * (equal-effort.yaml, hard-beta.yaml), the best of each loss by WP and by F1 are trained with
 * `--trials 3` seeds for `--epochs 20` (the paper: 100) and measured on the other half. `--threads
 * 2`. Trials are kept: a bench that was stopped goes on where it was.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { recordFigure } from '../record-figure.ts';
import {
  choose,
  type Criterion,
  mean,
  type Row,
  type Tried,
  triesOf,
} from './equal-effort-tries.ts';
import { runExperiment } from './run-experiment.ts';

interface Outcome {
  affinity: { linked: number; meanDegree: number; clustering: number; greedyF1: number };
  settings: Record<string, Row>;
}

const LOSSES = ['dhn-power', 'cos', 'dch', 'lse'];
const CRITERIA: readonly Criterion[] = ['max WP', 'max F1', 'max WP + F1'];
const TUNED = ['precision', 'recall', 'f1', 'wp'] as const;
const REPORTED = [...TUNED, 'hr50', 'hr500', 'clusters', 'retrieved'] as const;

const DIGITS: Record<string, number> = { clusters: 0, retrieved: 1 };

export async function bench(options: Map<string, string>): Promise<void> {
  const config = options.get('config') ?? 'few-books';
  const trials = options.get('trials') ?? '3';
  const epochs = options.get('epochs') ?? '20';
  const threads = options.get('threads') ?? '2';
  const run = (settings: string, more: { part: string; trials?: string }) =>
    runExperiment<Outcome>(['words', `examples/words/${config}.yaml`], {
      settings,
      threads,
      ...more,
    });
  const tune = async (name: string) =>
    triesOf((await run(`examples/words/${name}.yaml`, { part: 'tuning' })).settings);
  const all = await tune('equal-effort');
  const hard = await tune('hard-beta');
  print('Table 5', TUNED, [
    ...CRITERIA.flatMap((by) => LOSSES.map((loss) => [by, choose(all, loss, by)] as const)),
    ...LOSSES.map(
      (loss) => ['beta on hard, max WP + F1', choose(hard, loss, 'max WP + F1')] as const,
    ),
  ]);
  const without: [string, (tried: Tried) => boolean][] = [
    ['beta 0', ({ beta }) => beta === 0],
    ['lambda 0', ({ lambda }) => lambda === 0],
    ['K 1', ({ concentration }) => concentration === 1],
  ];
  print(
    'Table 6',
    TUNED,
    without.flatMap(([title, keeps]) =>
      LOSSES.map((loss) => [title, choose(hard.filter(keeps), loss, 'max WP + F1')] as const),
    ),
  );

  const chosen = CRITERIA.slice(0, 2).flatMap((by) =>
    LOSSES.map((loss) => ({ by, tried: choose(all, loss, by) })),
  );
  const file = `hashloom-experiments/words-${config}-chosen.yaml`;
  await mkdir('hashloom-experiments', { recursive: true });
  await writeFile(file, JSON.stringify({ settings: settingsOf(chosen, Number(epochs)) }));
  const { affinity, settings } = await run(file, { part: 'reported', trials });
  print(
    'Table 3',
    REPORTED,
    chosen.map(({ by, tried }) => [by, { ...tried, row: settings[nameOf(by, tried)]! }] as const),
  );
  for (const { by, tried } of chosen) {
    const row = settings[nameOf(by, tried)]!;
    for (const metric of ['f1', 'wp'] as const)
      recordFigure({
        name: `words-equal-${tried.loss}-${metric}-by-${by === 'max WP' ? 'wp' : 'f1'}`,
        value: mean(row, metric),
        unit:
          `mean of ${trials} seeds, ${epochs} epochs, best of ${all.length / LOSSES.length} ` +
          'tries ' +
          `by ${by}; sd ${row[metric]!.sd.toFixed(4)}; D of mean degree ` +
          affinity.meanDegree.toFixed(1),
        goal: 'said as it comes out',
        command: `npm run bench -- equal-effort-words --config ${config} --epochs ${epochs}`,
      });
  }
}

const nameOf = (by: Criterion, { loss }: Tried) => `${loss} by ${by}`;

function settingsOf(
  chosen: { by: Criterion; tried: Tried }[],
  epochs: number,
): Record<string, Record<string, unknown>> {
  return Object.fromEntries(
    chosen.map(({ by, tried }) => {
      const { loss: method, concentration, beta, lambda } = tried;
      const recipe = { settle: false, degreeBalance: 0, lambdaRamp: false, temperature: 0 };
      const length = { epochs, epochsPerRound: epochs };
      return [nameOf(by, tried), { method, concentration, beta, lambda, ...recipe, ...length }];
    }),
  );
}

function print(
  title: string,
  metrics: readonly string[],
  rows: readonly (readonly [string, Tried])[],
): void {
  const cells = ({ loss, concentration, beta, lambda, row }: Tried) => [
    loss.replace('-power', '').toUpperCase(),
    concentration,
    beta,
    lambda,
    ...metrics.map((metric) => {
      const digits = DIGITS[metric] ?? 3;
      const { mean: value, sd } = row[metric]!;
      return sd > 0 ? `${value.toFixed(digits)} ± ${sd.toFixed(digits)}` : value.toFixed(digits);
    }),
  ];
  const lines = [
    `${title}:`,
    `| | loss | K | beta | lambda | ${metrics.join(' | ')} |`,
    `|${'---|'.repeat(metrics.length + 5)}`,
    ...rows.map(([by, tried]) => `| ${[by, ...cells(tried)].join(' | ')} |`),
  ];
  process.stdout.write(`${lines.join('\n')}\n\n`);
}
