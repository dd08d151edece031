import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { type MeasuredRates, type MeasuredRun, RATES_FILE } from '../cli/plan/rates.ts';
import { configureRun, DATA, measureRun, removeRun } from './measure-run.ts';

/**
 * Runs of growing size, from which `hashloom plan` takes its rates: docs/results/rates.json.
 * `--data FOLDER --files 25,100,400 --epochs N --threads N`.
 */
export async function bench(options: Map<string, string>): Promise<void> {
  const threads = Number(options.get('threads') ?? 2);
  const epochs = Number(options.get('epochs') ?? 4);
  const runs: MeasuredRun[] = [];
  let written: Pick<MeasuredRates, 'training' | 'perRow' | 'window' | 'groupTokens'> | undefined;
  for (const files of (options.get('files') ?? '25,100,400').split(',').map(Number)) {
    const { configuration, folder } = await configureRun(
      options.get('data') ?? DATA,
      files,
      epochs,
    );
    try {
      const run = await measureRun(configuration, threads);
      // The stages before are there; what training takes comes beside what codes of factors take.
      const trained = await measureRun(
        { ...configuration, training: { ...configuration.training, method: 'lse' } },
        threads,
      );
      run.stages.push(...trained.stages.filter(({ name }) => TRAINED.has(name)));
      for (const [name, measured] of Object.entries(trained.activities))
        run.activities[name] ??= measured;
      const { tables, bits, hardPerPositive, easyPerPositive } = configuration.training;
      written = {
        training: { tables, bits, epochs, hardPerPositive, easyPerPositive },
        perRow: configuration.negatives.perRow,
        window: configuration.cooccurrence.window,
        groupTokens: configuration.cooccurrence.groupTokens,
      };
      runs.push(run);
      process.stdout.write(
        `${files} books: ${run.tokens} tokens, ${run.words} words, ${run.affinity} nonzeros ` +
          `of D in ${run.seconds.toFixed(1)} s\n`,
      );
    } finally {
      await removeRun(folder);
    }
  }
  const machine = `${cpus().length} cores x64, Node ${process.version}`;
  const rates: MeasuredRates = {
    machine,
    date: new Date().toISOString().slice(0, 10),
    corpus: 'English books of Project Gutenberg, gzip',
    threads,
    ...written!,
    runs: runs.map(rounded),
  };
  writeFileSync(RATES_FILE, `${JSON.stringify(rates, null, 1)}\n`);
  process.stdout.write(`${RATES_FILE}\n`);
}

/** Stages of a run whose embeddings are trained. */
const TRAINED = new Set(['mine', 'train', 'binarize']);

/** Figures with five digits: more would not come out again. */
const rounded = (run: MeasuredRun): MeasuredRun =>
  JSON.parse(JSON.stringify(run), (_, value: unknown) =>
    typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(5)) : value,
  ) as MeasuredRun;
