import type { Command } from 'commander';
import { examples, terminals } from '../program-options.ts';

export function addLookupCommand(program: Command): void {
  program
    .command('lookup')
    .summary('the buckets of words')
    .description(
      'Looks words up in a published index: for each table the code of the word and the other items of its bucket. ' +
        'Needs no Temporal. A word that the index does not have gets empty lists and a line on standard error.',
    )
    .argument('<word...>', 'words as the index has them (lower-case)')
    .option('--index <uri>', 'a published index, .../indexes/NAME or .../versions/V: a path, file://, s3:// or https:// (default: the one of ./hashloom.yaml)')
    .option('--json', 'one JSON line a word', false)
    .addHelpText(
      'after',
      examples(
        ['hashloom lookup king river', 'in the index of ./hashloom.yaml'],
        ['hashloom lookup king --index s3://models/hashloom/indexes/news', 'straight from a bucket'],
        ['hashloom lookup king --json', '{"query", "buckets": [{"table", "code", "items"}], "items"}'],
      ),
    )
    .action(async (words: string[], options: { index?: string; json: boolean }, command: Command) => {
      const { indexLocation } = await import('../published-location.ts');
      const { answerLine, answerText, lookupWords } = await import('../lookup-words.ts');
      const uri = await indexLocation(options.index);
      const answers = await lookupWords(uri, words);
      const { err, out } = terminals(command);
      for (const answer of answers) {
        if (options.json) process.stdout.write(answerLine(answer));
        else if (answer.found) out.write(answerText(answer, out));
        if (answer.found) continue;
        const lower = answer.query.toLowerCase();
        const hint = lower === answer.query ? '' : `; words are lower-case there: ${lower}`;
        err.write(`not in the index: ${answer.query}${hint}\n`);
      }
    });
}
