import { type Command, Option } from 'commander';
import type { WordOptions } from '../experiments/experiment-words.ts';
import { EXIT_INTERRUPTED } from '../terminal/interrupts.ts';
import {
  DEFAULT_THREADS,
  examples,
  positiveInteger,
  temporalOptions,
  terminals,
} from '../terminal/program-options.ts';

/** The experiment on the words of a corpus. */
export function addWords(experiment: Command): void {
  experiment
    .command('words')
    .summary('learn codes of the words of a corpus, with many settings')
    .description(
      'Makes D of a corpus once, trains every setting on it with seeds of its own, and tells ' +
        'P, R, F1, Wu-Palmer similarity, hit rates and clusters (paper 1, section 4.3, Tables ' +
        '3, 5, 6), ' +
        'beside them how hard D is. Checkpoints, codes and figures are artifacts: a run that ' +
        'was stopped goes on where it was.',
    )
    .argument(
      '<config>',
      'the configuration: corpus, D, evaluation, and the training that settings change',
    )
    .requiredOption(
      '--settings <file>',
      'YAML: settings (a name: values of training) and, if wanted, grid (a value: its list); ' +
        'every combination is a row',
    )
    .option(
      '--trials <n>',
      'trials of each setting, each with a seed of its own',
      positiveInteger,
      1,
    )
    .option('--seed <n>', 'seed of the first trial', positiveInteger, 1)
    .addOption(
      new Option(
        '--part <half>',
        'the half of queries and held-out pairs to look at: settings are chosen on one, ' +
          'figures reported on the other',
      )
        .choices(['tuning', 'reported'])
        .default('tuning'),
    )
    .option('--parallel <n>', 'trials at a time', positiveInteger, 1)
    .addOption(
      new Option(
        '--local',
        'on an embedded server and workers in this process, instead of a configured Temporal',
      ).default(false),
    )
    .option('--home <folder>', 'with --local: folder of the server', './hashloom-experiments')
    .option('--threads <n>', 'with --local: threads', positiveInteger, DEFAULT_THREADS)
    .option(
      '--results <file>',
      'write the table (Markdown) there, and beside it a page with the bars of a sweep (.html)',
    )
    .option('--json', 'end with one JSON line on standard output', false)
    .option('--force', 'run every trial, artifact or not', false)
    .addHelpText(
      'after',
      examples(
        [
          'hashloom experiment words gutenberg.yaml --settings grid.yaml --local',
          'choose settings on one half of the queries',
        ],
        [
          'hashloom experiment words gutenberg.yaml --settings losses.yaml --trials 3 --part ' +
            'reported --local',
          'and report them on the other',
        ],
      ),
    )
    .action(async (config: string, options: WordCommandOptions, command: Command) => {
      const { runWords } = await import('../experiments/experiment-words.ts');
      const finished = await runWords({
        ...options,
        config,
        temporal: temporalOptions(command),
        terminals: terminals(command),
      });
      if (!finished) process.exitCode = EXIT_INTERRUPTED;
    });
}

type WordCommandOptions = Omit<WordOptions, 'config' | 'temporal' | 'terminals'>;
