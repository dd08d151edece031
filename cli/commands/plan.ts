import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import {
  formatBytes,
  formatCount,
  formatFigure,
  formatSeconds,
  parseBytes,
} from '../terminal/format.ts';
import { CONFIGURATION_FILE } from '../configuration/load-configuration.ts';
import {
  DEFAULT_THREADS,
  examples,
  positiveInteger,
  terminals,
} from '../terminal/program-options.ts';

interface PlanCommandOptions {
  corpusSize?: number;
  files?: number;
  words?: number;
  pairs?: number;
  workers: number;
  threads: number;
  price: number;
  rates?: string;
  force: boolean;
  json: boolean;
}

export function addPlanCommand(program: Command): void {
  program
    .command('plan')
    .summary('say what a run would do, and what it would take')
    .description(
      'Says for each stage whether a run would run it and why, and estimates activities, ' +
        'events, bytes, memory and time on the workers named, and what the run would cost on ' +
        'Temporal Cloud. ' +
        'Lists the corpus and reads a little of it; runs nothing, writes nothing, needs no ' +
        'Temporal.',
    )
    .argument('[config]', 'the configuration', CONFIGURATION_FILE)
    .option(
      '--corpus-size <bytes>',
      'as if the corpus had this size, for example 1.2TB, and were like what is there',
      bytes,
    )
    .option('--files <n>', 'as if it had so many files', positiveInteger)
    .option('--words <n>', 'words of the vocabulary, where known better', positiveInteger)
    .option('--pairs <n>', 'positive pairs, where known better', positiveInteger)
    .option('--workers <n>', 'worker processes', positiveInteger, 1)
    .option('--threads <n>', 'stages at work at once in each', positiveInteger, DEFAULT_THREADS)
    .option('--price <dollars>', 'of a million actions', dollars, 50)
    .option('--rates <file>', 'measured rates (default: those of docs/results/rates.json)')
    .option('--force', 'for a run with --force', false)
    .option('--json', 'one JSON line', false)
    .addHelpText(
      'after',
      examples(
        ['hashloom plan', `${CONFIGURATION_FILE} of this folder, on this machine`],
        ['hashloom plan --workers 50 --threads 16', 'on a cluster'],
        ['hashloom plan --corpus-size 1.2TB --files 4000', 'a larger corpus of this kind'],
        ['hashloom plan --json', 'for a script'],
      ),
    )
    .action(async (file: string, options: PlanCommandOptions, command: Command) => {
      const { loadConfiguration } = await import('../configuration/load-configuration.ts');
      const { planRun, planResized } = await import('../plan/plan-run.ts');
      const { readRates, RATES_FILE } = await import('../plan/rates.ts');
      const { estimateTable, planTable } = await import('../run/result-tables.ts');
      const configuration = await loadConfiguration(file);
      const resized = options.corpusSize !== undefined || options.files !== undefined;
      const plan = resized
        ? planResized(configuration)
        : await planRun(configuration, options.force);
      const { index, source } = configuration;
      const screen = terminals(command).out;
      const print = (...lines: string[]) => process.stdout.write(`${lines.join('\n')}\n`);
      if (source.kind === 'vectors' || source.kind === 'documents') {
        // The figures of words say nothing about these.
        if (options.json) print(JSON.stringify({ index, stages: plan }));
        else print(...planTable(plan, screen));
        return;
      }
      const { measureCorpus } = await import('../plan/measure-corpus.ts');
      const { estimateRun } = await import('../plan/estimate-run.ts');
      const { corpusSize, files, words, pairs, workers, threads, price } = options;
      const ingested = plan.find(({ name }) => name === 'ingest')?.made?.rows;
      const size = {
        ...(corpusSize !== undefined && { bytes: corpusSize }),
        ...(files !== undefined && { files }),
        ...(!resized && ingested !== undefined && { tokens: ingested }),
      };
      const corpus = await measureCorpus(configuration, size);
      const rates = await readRates(options.rates ?? RATES_FILE);
      const given = {
        ...(words !== undefined && { words }),
        ...(pairs !== undefined && { pairs }),
      };
      const estimate = estimateRun(configuration, corpus, plan, rates, {
        workers,
        threads,
        searchAttributes: true,
        pricePerMillionActions: price,
        ...given,
      });
      if (options.json) {
        const { stages, ...rest } = estimate;
        print(
          JSON.stringify({
            index,
            workers,
            threads,
            ...rest,
            stages: stages.map((stage, at) => ({ ...plan[at], ...stage })),
          }),
        );
        return;
      }
      const { corpus: taken, history, billed } = estimate;
      print(
        ...planTable(plan, screen),
        '',
        `${formatCount(taken.files)} files in ${formatCount(taken.shards)} shards, ` +
          `${formatBytes(taken.bytes)}; about ${formatCount(taken.tokens)} tokens, ` +
          `${formatCount(taken.words)} words, ${formatCount(taken.pairs)} pairs`,
        `${workers} x ${threads} stages at once, by the rates of ${rates.machine}, ` +
          `${rates.date} (${rates.corpus})`,
        '',
        ...estimateTable(plan, estimate, screen),
        '',
        `Temporal: ${formatCount(history.events)} events in ` +
          `${formatCount(history.executions)} executions, the longest history ` +
          formatCount(history.longest),
        `On Temporal Cloud: ${formatCount(billed.actions)} actions, ` +
          `${formatCount(billed.heartbeats)} of them heartbeats: ` +
          `$${formatFigure(Number(billed.dollars.toPrecision(3)))} at $${price} a million; ` +
          'whoever watches the run adds two queries a look',
        `Time: ${formatSeconds(estimate.seconds)}`,
      );
    });
}

function bytes(text: string): number {
  const value = parseBytes(text);
  if (value === undefined)
    throw new InvalidArgumentError('expected a size such as 500MB, 64GiB or 1.2TB.');
  return value;
}

function dollars(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < 0)
    throw new InvalidArgumentError('expected a number of dollars.');
  return value;
}
