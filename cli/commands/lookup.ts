import type { Command } from 'commander';
import { examples, positiveInteger, terminals } from '../terminal/program-options.ts';

export function addLookupCommand(program: Command): void {
  program
    .command('lookup')
    .summary('the buckets of words')
    .description(
      'Looks words up in a published index: for each table the code of the word and the ' +
        'other items of its bucket. ' +
        'Needs no Temporal. A word that the index does not have gets empty lists and a line ' +
        'on standard error with those that are spelled nearly so (in indexes of up to a ' +
        'million items).',
    )
    .argument('<word...>', 'words as the index has them (lower-case), or with --text texts')
    .option(
      '--text',
      'in an index of documents: the documents nearest to each text, by the encoder beside ' +
        'the index',
      false,
    )
    .option(
      '--radius <bits>',
      'for a word alone in its buckets, the items within this Hamming distance; with --text, ' +
        'only documents within it',
      positiveInteger,
    )
    .option(
      '--maximum-bucket <items>',
      'of a larger bucket only its size is given (default: as the index was configured, ' +
        'buckets.maximumSize)',
      positiveInteger,
    )
    .option('--nearest <k>', 'with --text: at most so many documents', positiveInteger, 10)
    .option(
      '--index <uri>',
      'a published index, .../indexes/NAME or .../versions/V: a path, file://, s3:// or ' +
        'https:// (default: the one of ./hashloom.yaml)',
    )
    .option('--json', 'one JSON line a word', false)
    .addHelpText(
      'after',
      examples(
        ['hashloom lookup king river', 'in the index of ./hashloom.yaml'],
        [
          'hashloom lookup king --index s3://models/hashloom/indexes/news',
          'straight from a bucket',
        ],
        [
          'hashloom lookup zither --radius 1',
          'codes that differ in one bit, should its buckets be empty',
        ],
        [
          'hashloom lookup --text "a goalie traded in overtime" --nearest 5',
          'documents near a text',
        ],
        [
          'hashloom lookup king --json',
          '{"query", "buckets": [{"table", "code", "items"}], "items"}; with --radius ' +
            '"within" as well, where items have payloads "payload" and "payloads"',
        ],
      ),
    )
    .action(
      async (
        words: string[],
        options: {
          index?: string;
          json: boolean;
          text: boolean;
          nearest: number;
          radius?: number;
          maximumBucket?: number;
        },
        command: Command,
      ) => {
        const { indexLocation } = await import('../configuration/published-location.ts');
        if (options.text) {
          const { lookupTexts, textAnswerText } = await import('../index/lookup-text.ts');
          const { out } = terminals(command);
          for (const answer of await lookupTexts(
            await indexLocation(options.index),
            words,
            options,
          ))
            out.write(options.json ? `${JSON.stringify(answer)}\n` : textAnswerText(answer, out));
          return;
        }
        if (command.getOptionValueSource('nearest') === 'cli')
          command.error('error: --nearest goes with --text; for words, --radius');
        const { answerLine, answerText, lookupWords } = await import('../index/lookup-words.ts');
        const uri = await indexLocation(options.index);
        const answers = await lookupWords(uri, words, options);
        const { err, out } = terminals(command);
        for (const answer of answers) {
          if (options.json) process.stdout.write(answerLine(answer));
          else if (answer.found) out.write(answerText(answer, out));
          if (answer.found) continue;
          err.write(
            `not in the index: ${answer.query}${spellingHint(answer.query, answer.near)}\n`,
          );
        }
      },
    );
}

function spellingHint(query: string, near: readonly string[]): string {
  const lower = query.toLowerCase();
  if (near.includes(lower)) return `; words are lower-case there: ${lower}`;
  return near.length > 0 ? `; near: ${near.join(', ')}` : '';
}
