import { estimateRun } from '../cli/plan/estimate-run.ts';
import { measureCorpus } from '../cli/plan/measure-corpus.ts';
import { RATES_FILE, readRates } from '../cli/plan/rates.ts';
import { planRun } from '../cli/plan/plan-run.ts';
import { configureRun, DATA, measureRun, removeRun } from './measure-run.ts';
import { recordFigure } from './record-figure.ts';

/**
 * What `hashloom plan` says before a run against the run, at two sizes that its rates were not
 * measured at: one between those, one beyond. `--data FOLDER --files 200,760 --epochs N --threads N
 * --rates FILE`. The figure is the worst of all quotients, the larger over the smaller.
 */
export async function bench(options: Map<string, string>): Promise<void> {
  const threads = Number(options.get('threads') ?? 2);
  const epochs = Number(options.get('epochs') ?? 6);
  const rates = await readRates(options.get('rates') ?? RATES_FILE);
  const sizes = options.get('files') ?? '200,760';
  for (const files of sizes.split(',').map(Number)) {
    const { configuration, folder } = await configureRun(
      options.get('data') ?? DATA,
      files,
      epochs,
    );
    try {
      const plan = await planRun(configuration, false);
      const expected = estimateRun(
        configuration,
        await measureCorpus(configuration, {}),
        plan,
        rates,
        { workers: 1, threads, searchAttributes: true, pricePerMillionActions: 50 },
      );
      const run = await measureRun(configuration, threads);
      const activities = Object.values(run.activities).reduce((sum, { count }) => sum + count, 0);
      const figures: [what: string, expected: number, measured: number][] = [
        ['shards', expected.corpus.shards, run.shards],
        ['tokens', expected.corpus.tokens, run.tokens],
        ['words', expected.corpus.words, run.words],
        ['pairs', expected.corpus.pairs, run.affinity / 2],
        ['activities', expected.activities, activities],
        ['history-events', expected.history.events, run.events],
        ['bytes', expected.bytes, run.stages.reduce((sum, { bytes }) => sum + bytes, 0)],
        ['memory', expected.memory, Math.max(...run.stages.map(({ peakBytes }) => peakBytes))],
        ['hours', expected.seconds / 3600, run.seconds / 3600],
      ];
      for (const [name, , { seconds, bytes, peakBytes }] of run.stages.map(
        (stage) => [stage.name, 0, stage] as const,
      )) {
        const planned = expected.stages.find((stage) => stage.name === name)!;
        process.stdout.write(
          `  ${name.padEnd(10)} ${planned.seconds.toFixed(1).padStart(7)} s for ` +
            `${seconds.toFixed(1).padStart(7)} s  ` +
            `${(planned.bytes / 1e6).toFixed(1).padStart(8)} MB for ` +
            `${(bytes / 1e6).toFixed(1).padStart(8)} MB  ` +
            `${(planned.memory / 2 ** 20).toFixed(0).padStart(5)} MiB for ` +
            `${(peakBytes / 2 ** 20).toFixed(0).padStart(5)} MiB\n`,
        );
      }
      let worst = 1;
      for (const [what, planned, measured] of figures) {
        const quotient = Math.max(planned / measured, measured / planned);
        worst = Math.max(worst, quotient);
        process.stdout.write(
          `${files} books, ${what}: planned ${Number(planned.toPrecision(4))}, measured ` +
            `${Number(measured.toPrecision(4))}, factor ${quotient.toFixed(2)}\n`,
        );
      }
      recordFigure({
        name: `plan-factor-${files}`,
        value: worst,
        unit:
          'worst factor between plan and run of shards, activities, events, bytes, memory, ' +
          'hours',
        goal: '<= 1.5',
        command: `npm run bench -- plan --files ${sizes} --epochs ${epochs}`,
      });
    } finally {
      await removeRun(folder);
    }
  }
}
