import type { Command } from 'commander';
import { InvalidArgumentError, Option } from 'commander';
import type { Method } from '../../schemas/experiment.ts';
import { EXIT_INTERRUPTED } from '../interrupts.ts';
import { DEFAULT_THREADS, examples, positiveInteger, temporalOptions, terminals } from '../program-options.ts';
import type { SbmOptions } from '../experiment-sbm.ts';
import type { WordOptions } from '../experiment-words.ts';

const METHODS = ['lse', 'cos', 'dch', 'dhn'] as const;

type SbmCommandOptions = Omit<SbmOptions, 'temporal' | 'terminals'>;
type WordCommandOptions = Omit<WordOptions, 'config' | 'temporal' | 'terminals'>;

export function addExperimentCommand(program: Command): void {
  const experiment = program
    .command('experiment')
    .summary('experiments of the papers')
    .description('Runs an experiment of a paper as a workflow; every trial is an artifact, so a run that was stopped goes on where it was.')
    .addHelpText('after', examples(['hashloom experiment sbm --local', 'factions of a stochastic block model, every method'], ['hashloom experiment words gutenberg.yaml --settings losses.yaml --local', 'the word model, a row a setting']));
  addWords(experiment);
  experiment
    .command('sbm')
    .summary('learn the factions of a stochastic block model')
    .description('5000 items in 500 factions: learns codes for each method and says how well equal codes find the factions (paper 1, section 4.1, Table 1 and Fig. 2).')
    .option('--method <list>', `methods, with commas between: ${METHODS.join(', ')}`, methods, [...METHODS])
    .option('--trials <n>', 'trials of each setting, each with a seed of its own', positiveInteger, 10)
    .addOption(new Option('--draws <kind>', 'D drawn once for both orders of a pair, or each for itself').choices(['symmetric', 'independent']).default('symmetric'))
    .addOption(new Option('--engine <name>', 'what trains; tensorflow after hashloom setup tensorflow').choices(['wasm', 'tensorflow']).default('wasm'))
    .option('--grid <file>', 'YAML: lists concentration, beta, lambda, hardNegatives, rate; every combination is run for every method')
    .option('--store <uri>', 'where trials are kept', './hashloom-experiments/store')
    .addOption(new Option('--local', 'on an embedded server and workers in this process, instead of a configured Temporal').default(false))
    .option('--home <folder>', 'with --local: folder of the server', './hashloom-experiments')
    .option('--threads <n>', 'with --local: trials at once', positiveInteger, DEFAULT_THREADS)
    .option('--results <folder>', 'write the table (sbm-table.md) and plots (SVG) there')
    .option('--json', 'end with one JSON line on standard output', false)
    .option('--force', 'run every trial, artifact or not', false)
    .addHelpText(
      'after',
      examples(
        ['hashloom experiment sbm --method lse,dch --trials 10 --local', 'two rows of Table 1'],
        ['hashloom experiment sbm --grid grid.yaml --trials 3 --results sweep', 'a sweep on a cluster, as Fig. 2'],
      ),
    )
    .action(async (options: SbmCommandOptions, command: Command) => {
      const { runSbm } = await import('../experiment-sbm.ts');
      const finished = await runSbm({ ...options, temporal: temporalOptions(command), terminals: terminals(command) });
      if (!finished) process.exitCode = EXIT_INTERRUPTED;
    });
}

function addWords(experiment: Command): void {
  experiment
    .command('words')
    .summary('learn codes of the words of a corpus, with many settings')
    .description(
      'Makes D of a corpus once, trains every setting on it with seeds of its own, and tells P, R, F1, Wu-Palmer similarity, hit rates and clusters (paper 1, section 4.3, Tables 3, 5, 6), ' +
        'beside them how hard D is. Checkpoints, codes and figures are artifacts: a run that was stopped goes on where it was.',
    )
    .argument('<config>', 'the configuration: corpus, D, evaluation, and the training that settings change')
    .requiredOption('--settings <file>', 'YAML: settings (a name: values of training) and, if wanted, grid (a value: its list); every combination is a row')
    .option('--trials <n>', 'trials of each setting, each with a seed of its own', positiveInteger, 1)
    .option('--seed <n>', 'seed of the first trial', positiveInteger, 1)
    .addOption(new Option('--part <half>', 'the half of queries and held-out pairs to look at: settings are chosen on one, figures reported on the other').choices(['tuning', 'reported']).default('tuning'))
    .option('--parallel <n>', 'trials at a time', positiveInteger, 1)
    .addOption(new Option('--local', 'on an embedded server and workers in this process, instead of a configured Temporal').default(false))
    .option('--home <folder>', 'with --local: folder of the server', './hashloom-experiments')
    .option('--threads <n>', 'with --local: threads', positiveInteger, DEFAULT_THREADS)
    .option('--results <file>', 'write the table (Markdown) there')
    .option('--json', 'end with one JSON line on standard output', false)
    .option('--force', 'run every trial, artifact or not', false)
    .addHelpText(
      'after',
      examples(
        ['hashloom experiment words gutenberg.yaml --settings grid.yaml --local', 'choose settings on one half of the queries'],
        ['hashloom experiment words gutenberg.yaml --settings losses.yaml --trials 3 --part reported --local', 'and report them on the other'],
      ),
    )
    .action(async (config: string, options: WordCommandOptions, command: Command) => {
      const { runWords } = await import('../experiment-words.ts');
      const finished = await runWords({ ...options, config, temporal: temporalOptions(command), terminals: terminals(command) });
      if (!finished) process.exitCode = EXIT_INTERRUPTED;
    });
}

function methods(text: string): Method[] {
  const names = text.split(',').map((name) => name.trim());
  const known = METHODS.filter((method) => names.includes(method));
  const unknown = names.filter((name) => !METHODS.some((method) => method === name));
  if (unknown.length > 0) throw new InvalidArgumentError(`unknown: ${unknown.join(', ')}; the methods are ${METHODS.join(', ')}.`);
  return known;
}
