import { type Command, Option } from 'commander';
import { LOSS_NAMES } from '../../schemas/configuration/training.ts';
import type { DocumentsOptions } from '../experiments/experiment-documents.ts';
import type { SbmOptions } from '../experiments/experiment-sbm.ts';
import { EXIT_INTERRUPTED } from '../terminal/interrupts.ts';
import {
  DEFAULT_THREADS,
  examples,
  positiveInteger,
  temporalOptions,
  terminals,
} from '../terminal/program-options.ts';
import {
  known,
  wholeNumber,
  list,
  codeLength,
  binarizations,
  methods,
} from './experiment-options.ts';
import { addWords } from './experiment-words.ts';

type SbmCommandOptions = Omit<SbmOptions, 'temporal' | 'terminals'>;

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
    .option('--seed <n>', 'seed of the first trial', positiveInteger, 1)
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
