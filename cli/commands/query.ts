import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Filter, Rank, Relation } from '@hashloom/lookup';
import {
  examples,
  positiveInteger,
  relationOption,
  terminals,
} from '../terminal/program-options.ts';

interface QueryOptions {
  id: string[];
  text: string[];
  vector?: string;
  positive?: string[];
  negative?: string[];
  topK: number;
  rank?: Rank;
  relation?: Relation;
  new: boolean;
  filter?: Filter;
  index?: string;
  store?: string;
  explain: boolean;
  json: boolean;
}

/** Exit code where an item is not in the index. */
const EXIT_NOT_FOUND = 3;

export function addQueryCommand(program: Command): void {
  program
    .command('query')
    .summary('the best matches of words, ids, texts or vectors')
    .description(
      'Asks a published index for the items nearest to each word, id, text or vector, ranked and ' +
        'scored, straight from a folder or a bucket. Needs no Temporal. ' +
        'Words are read from standard input, a line each, with `-` or where something is ' +
        'piped in. ' +
        'Of an item that is not there it says why, and ends with 3.',
    )
    .argument('[word...]', 'words or ids as the index has them; - for lines of standard input')
    .option('--id <id>', 'an id, for those that look like an option; may be repeated', collect, [])
    .option('--text <text>', 'in an index of documents: a text; may be repeated', collect, [])
    .option(
      '--vector <file>',
      'vectors: a JSON array of numbers (or of arrays), or a .npy of float32',
    )
    .option('--positive <ids>', 'ids that the matches shall be like together: A,B', list)
    .option('--negative <ids>', 'with --positive, ids that they shall not be like: C,D', list)
    .option('--top-k <n>', 'so many matches', positiveInteger, 10)
    .addOption(
      new Option(
        '--rank <mode>',
        'how matches are found, else the best that the index has',
      ).choices(['auto', 'neighbours', 'cosine', 'hamming', 'bucket']),
    )
    .addOption(
      new Option(
        '--relation <relation>',
        'matches that are linked with it or likely to be (related), occur with it (goes-with), ' +
          'in the same company (is-like), or are near in codes or vectors (near)',
      )
        .choices(['goes-with', 'is-like', 'near', 'related'])
        .argParser(relationOption),
    )
    .option('--new', 'only items that are not linked with it yet: what to recommend', false)
    .option('--filter <json>', 'conditions on fields: {"lang": "en", "year": {"$gte": 2020}}', json)
    .option(
      '--index <uri>',
      'the name of an index of the store, or .../indexes/NAME or .../versions/V: a path, ' +
        'file://, ' +
        's3:// or https:// (default: the one of ./hashloom.yaml)',
    )
    .option(
      '--store <uri>',
      'a folder or s3://bucket/prefix (default: the store of ./hashloom.yaml)',
    )
    .option('--explain', 'say step by step how matches were found, and what it cost', false)
    .option('--json', 'one JSON line a query', false)
    .addHelpText(
      'after',
      examples(
        ['hashloom query king river', 'in the index of ./hashloom.yaml'],
        ['hashloom query king --relation goes-with', 'what it occurs with'],
        ['hashloom query user:42 --relation goes-with --new', 'what they may like next'],
        ['hashloom query king --index s3://models/hashloom/indexes/news', 'straight from a bucket'],
        ['hashloom query --positive paris,berlin --negative france', 'like several, unlike others'],
        ['hashloom query --text "a goalie traded in overtime"', 'documents near a text'],
        ['hashloom query --vector query.npy --top-k 5', 'items near a vector'],
        [
          `hashloom query 17 --filter '{"lang": "en", "year": {"$gte": 2020}}'`,
          'those alone whose fields are so',
        ],
        [
          'cut -f1 words.tsv | hashloom query --json',
          '{"query", "matches", "complete", "rank", "usage"}',
        ],
      ),
    )
    .action(async (words: string[], options: QueryOptions, command: Command) => {
      const { askedQueries } = await import('../index/asked-queries.ts');
      const { queryIndexLocation, refuseIndexAsWord } =
        await import('../index/query-index-location.ts');
      const { itemAnswerLine, openForQueries } = await import('../index/query-items.ts');
      const { itemAnswerText, missingText } = await import('../index/item-answer-text.ts');
      const { out, err } = terminals(command);
      const { topK, rank, relation, filter, explain } = options;
      const shared = {
        topK,
        ...(rank !== undefined && { rank }),
        ...(relation !== undefined && { relation }),
        ...(options.new && { known: false }),
        ...(filter !== undefined && { filter }),
      };
      if (options.index === undefined) await refuseIndexAsWord(words);
      const batches = askedQueries(words, options, process.stdin);
      const opened = await openForQueries(await queryIndexLocation(options.index, options.store));
      try {
        for await (const batch of batches)
          for (const answer of await opened.ask(batch, shared)) {
            const { missing, matches } = answer;
            if (missing !== undefined) process.exitCode = EXIT_NOT_FOUND;
            if (options.json) out.write(itemAnswerLine(answer, explain));
            else if (missing === undefined || matches.length > 0 || explain)
              out.write(itemAnswerText(answer, out, explain));
            if (!options.json) err.write(missingText(answer));
          }
      } finally {
        await opened.close();
      }
    });
}

const collect = (value: string, before: string[]): string[] => [...before, value];

function list(text: string): string[] {
  const ids = text.split(',').map((id) => id.trim());
  if (ids.some((id) => id === '')) throw new InvalidArgumentError('expected ids apart by commas.');
  return ids;
}

function json(text: string): Filter {
  try {
    return JSON.parse(text) as Filter;
  } catch (error) {
    throw new InvalidArgumentError(`expected JSON: ${(error as Error).message}.`);
  }
}
