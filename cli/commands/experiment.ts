import type { Command } from 'commander';
import { InvalidArgumentError, Option } from 'commander';
import { LOSS_NAMES } from '../../schemas/configuration.ts';
import type { Method } from '../../schemas/experiment.ts';
import { EXIT_INTERRUPTED } from '../terminal/interrupts.ts';
import type { DocumentsOptions } from '../experiments/experiment-documents.ts';
import {
  DEFAULT_THREADS,
  examples,
  positiveInteger,
  temporalOptions,
  terminals,
} from '../terminal/program-options.ts';
import type { SbmOptions } from '../experiments/experiment-sbm.ts';
import type { WordOptions } from '../experiments/experiment-words.ts';

type SbmCommandOptions = Omit<SbmOptions, 'temporal' | 'terminals'>;
type WordCommandOptions = Omit<WordOptions, 'config' | 'temporal' | 'terminals'>;

export function addExperimentCommand(program: Command): void {
  const experiment = program
    .command('experiment')
    .summary('experiments of the papers')
    .description(
      'Runs an experiment of a paper as a workflow; every trial is an artifact, so a run ' +
        'that was stopped goes on where it was.',
    )
    .addHelpText(
      'after',
      examples(
        ['hashloom experiment sbm --local', 'factions of a stochastic block model, every method'],
        [
          'hashloom experiment words gutenberg.yaml --settings losses.yaml --local',
          'the word model, a row a setting',
        ],
      ),
    );
  addWords(experiment);
  experiment
    .command('sbm')
    .summary('learn the factions of a stochastic block model')
    .description(
      '5000 items in 500 factions: learns codes for each method and says how well equal ' +
        'codes find the factions (paper 1, section 4.1, Table 1 and Fig. 2).',
    )
    .option('--method <list>', `methods, with commas between: ${LOSS_NAMES.join(', ')}`, methods, [
      ...LOSS_NAMES,
    ])
    .option(
      '--trials <n>',
      'trials of each setting, each with a seed of its own',
      positiveInteger,
      10,
    )
    .addOption(
      new Option('--draws <kind>', 'D drawn once for both orders of a pair, or each for itself')
        .choices(['symmetric', 'independent'])
        .default('symmetric'),
    )
    .addOption(
      new Option('--engine <name>', 'what trains; tensorflow after hashloom setup tensorflow')
        .choices(['wasm', 'tensorflow'])
        .default('wasm'),
    )
    .option(
      '--grid <file>',
      'YAML: lists concentration, beta, lambda, hardNegatives, rate; every combination is ' +
        'run for every method',
    )
    .option('--store <uri>', 'where trials are kept', './hashloom-experiments/store')
    .addOption(
      new Option(
        '--local',
        'on an embedded server and workers in this process, instead of a configured Temporal',
      ).default(false),
    )
    .option('--home <folder>', 'with --local: folder of the server', './hashloom-experiments')
    .option('--threads <n>', 'with --local: trials at once', positiveInteger, DEFAULT_THREADS)
    .option(
      '--results <folder>',
      'write the table (sbm-table.md), plots (SVG) and a page with all of them (sbm.html) there',
    )
    .option('--json', 'end with one JSON line on standard output', false)
    .option('--force', 'run every trial, artifact or not', false)
    .addHelpText(
      'after',
      examples(
        ['hashloom experiment sbm --method lse,dch --trials 10 --local', 'two rows of Table 1'],
        [
          'hashloom experiment sbm --grid grid.yaml --trials 3 --results sweep',
          'a sweep on a cluster, as Fig. 2',
        ],
      ),
    )
    .action(async (options: SbmCommandOptions, command: Command) => {
      const { runSbm } = await import('../experiments/experiment-sbm.ts');
      const finished = await runSbm({
        ...options,
        temporal: temporalOptions(command),
        terminals: terminals(command),
      });
      if (!finished) process.exitCode = EXIT_INTERRUPTED;
    });
  experiment
    .command('documents')
    .summary('hash functions of documents, precision of the 100 nearest')
    .description(
      'Learns hash functions of each method, length and seed on data sets of the papers, and ' +
        'says how many of the 100 nearest training documents share a label with a test ' +
        'document. Networks need `hashloom setup tensorflow`. ' +
        'Every trial is an artifact; seeds come one after the other, so a run that was ' +
        'stopped has the first seed of everything before the second of anything.',
    )
    .option(
      '--data <list>',
      'data sets, with commas between: 20news, reuters, tmc, rcv1; and as the papers part ' +
        'them: reuters-20, 20news-random',
      list,
      ['reuters'],
    )
    .option('--folder <folder>', 'where their files are', '../shared/data')
    .option('--bits <list>', 'lengths of codes', list, ['32'])
    .option(
      '--method <list>',
      'all, or methods with commas between: lsh, itq, sph, sth, s-rbm, ksh, shttm, vdsh, ' +
        'nash, nash-n, nash-dn, gmsh, bmsh, ammi, and NAME-s for a network that learns from ' +
        'labels',
      list,
      ['all'],
    )
    .option('--seeds <n>', 'trials of each setting', positiveInteger, 1)
    .option('--epochs <n>', 'epochs of networks', positiveInteger)
    .option(
      '--components <list>',
      'K of gmsh and bmsh, one or many: 5,10,20,40,80',
      (text: string) => list(text).map(positiveInteger),
    )
    .option(
      '--binarization <list>',
      'how nash and bmsh draw bits while they learn: stochastic, deterministic, or both',
      binarizations,
    )
    .option(
      '--encoder-layers <list>',
      'hidden layers of the encoder, 0 to 2, one or many',
      (text: string) => list(text).map(wholeNumber),
    )
    .option(
      '--decoder-layers <list>',
      'hidden layers of the decoder, 0 to 2, one or many',
      (text: string) => list(text).map(wholeNumber),
    )
    .option(
      '--pictures',
      'also a map of codes by UMAP and example codes of the first seed of each setting, in ' +
        'documents.html',
      false,
    )
    .option('--store <uri>', 'where trials are kept', './hashloom-experiments/store')
    .addOption(
      new Option(
        '--local',
        'on an embedded server and workers in this process, instead of a configured Temporal',
      ).default(false),
    )
    .option('--home <folder>', 'with --local: folder of the server', './hashloom-experiments')
    .option('--threads <n>', 'with --local: trials at once', positiveInteger, DEFAULT_THREADS)
    .option(
      '--results <folder>',
      'write the tables (documents-table.md), a page with curves, bars and pictures ' +
        '(documents.html), and all values (documents-results.parquet) there',
    )
    .option('--json', 'end with one JSON line on standard output', false)
    .option('--force', 'run every trial, artifact or not', false)
    .addHelpText(
      'after',
      examples(
        [
          'hashloom experiment documents --data reuters --bits 16,32,64,128 --method all --local',
          'a table of each method on Reuters',
        ],
        [
          'hashloom experiment documents --method gmsh,bmsh --components 5,10,20,40,80 ' +
            '--results table-3 --local',
          'Table 3',
        ],
      ),
    )
    .action(async (options: DocumentsCommandOptions, command: Command) => {
      const { METHOD_NAMES, runDocuments } = await import('../experiments/experiment-documents.ts');
      const { DOCUMENT_SETS } = await import('../experiments/document-sets.ts');
      const method = options.method.includes('all')
        ? METHOD_NAMES
        : known(options.method, METHOD_NAMES, '--method');
      const bits = options.bits.map(codeLength);
      const finished = await runDocuments({
        ...options,
        method,
        bits,
        data: known(options.data, DOCUMENT_SETS, '--data'),
        temporal: temporalOptions(command),
        terminals: terminals(command),
      });
      if (!finished) process.exitCode = EXIT_INTERRUPTED;
    });
}

type DocumentsCommandOptions = Omit<DocumentsOptions, 'temporal' | 'terminals' | 'bits'> & {
  bits: string[];
};

const list = (text: string): string[] => text.split(',').map((name) => name.trim());

function known(names: string[], all: readonly string[], option: string): string[] {
  const unknown = names.filter((name) => !all.includes(name));
  if (unknown.length > 0)
    throw new InvalidArgumentError(
      `${option}: unknown: ${unknown.join(', ')}; known are ${all.join(', ')}.`,
    );
  return names;
}

function codeLength(text: string): number {
  const bits = Number(text);
  if (!Number.isInteger(bits) || bits < 8 || bits > 256 || bits % 8 !== 0)
    throw new InvalidArgumentError(`--bits: ${text}: expected multiples of 8 from 8 to 256.`);
  return bits;
}

function binarizations(text: string): ('stochastic' | 'deterministic')[] {
  return list(text).map((kind) => {
    if (kind !== 'stochastic' && kind !== 'deterministic')
      throw new InvalidArgumentError(`${kind}: expected stochastic or deterministic.`);
    return kind;
  });
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0 || value > 2)
    throw new InvalidArgumentError('expected 0, 1 or 2.');
  return value;
}

function addWords(experiment: Command): void {
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

function methods(text: string): Method[] {
  const names = text.split(',').map((name) => name.trim());
  const known = LOSS_NAMES.filter((method) => names.includes(method));
  const unknown = names.filter((name) => !LOSS_NAMES.some((method) => method === name));
  if (unknown.length > 0)
    throw new InvalidArgumentError(
      `unknown: ${unknown.join(', ')}; the methods are ${LOSS_NAMES.join(', ')}.`,
    );
  return known;
}
