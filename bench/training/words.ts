/**
 * The word model's figures: `hashloom experiment words` over examples/words, on the half of the
 * queries that settings were not chosen on. `--config third` (examples/words/NAME.yaml),
 * `--settings lse|losses|ablation` (likewise), `--trials 3`, `--threads 2`. Checkpoints and trials
 * are kept in hashloom-experiments, so a bench that was stopped goes on where it was.
 */
import { recordFigure } from '../record-figure.ts';
import { runExperiment } from './run-experiment.ts';

type Row = Record<string, { mean: number; sd: number }>;

interface Outcome {
  affinity: { linked: number; meanDegree: number; clustering: number; greedyF1: number };
  settings: Record<string, Row>;
}

const GOALS = [
  ['precision', '>= .412'],
  ['recall', '>= .260'],
  ['f1', '>= .319'],
  ['wp', '>= .291'],
  ['hr50', '>= .048'],
  ['hr500', '>= .150'],
] as const;

export async function bench(options: Map<string, string>): Promise<void> {
  const config = options.get('config') ?? 'third';
  const settings = options.get('settings') ?? 'lse';
  const trials = options.get('trials') ?? '3';
  const results = `hashloom-experiments/words-${config}-${settings}.md`;
  const file = (name: string) => `examples/words/${name}.yaml`;
  const { affinity, settings: rows } = await runExperiment<Outcome>(['words', file(config)], {
    settings: file(settings),
    trials,
    part: 'reported',
    threads: options.get('threads') ?? '2',
    results,
  });
  process.stdout.write(`table: ${results}\n`);
  const command = `npm run bench -- words --config ${config} --settings ${settings} --trials ${trials}`;
  const of =
    `${trials} seeds, D of mean degree ${affinity.meanDegree.toFixed(1)} and clustering ` +
    `${affinity.clustering.toFixed(3)}, where greedy clusters reach F1 ` +
    affinity.greedyF1.toFixed(3);
  for (const row of ['LSE', 'LSE as trained']) {
    for (const [metric, goal] of settings === 'lse' ? GOALS : []) {
      const name = `words-${row.toLowerCase().replaceAll(' ', '-')}-${metric}`;
      const found = rows[row]?.[metric];
      if (found)
        recordFigure({
          name,
          value: found.mean,
          unit: `mean of ${of}; sd ${found.sd.toFixed(4)}`,
          goal,
          command,
        });
    }
  }
  const [one, four] = [rows['default']?.['f1'], rows['four partitions']?.['f1']];
  if (one && four)
    recordFigure({
      name: 'train-partitions-f1-gap',
      value: Math.abs(one.mean - four.mean),
      unit: `F1 of P = 1 (${one.mean.toFixed(3)}) against P = 4 (${four.mean.toFixed(3)}), ${of}`,
      goal: '<= .01',
      command,
    });
}
