import type { Command } from 'commander';
import { examples, terminals } from '../terminal/program-options.ts';

export function addEncodeCommand(program: Command): void {
  program
    .command('encode')
    .summary('codes of texts by a published index of documents')
    .description(
      'Prints the code of each text by the encoder that lies beside an index of documents: ' +
        'hexadecimal, most significant bit first. Needs neither Temporal nor TensorFlow. A ' +
        'text without a word of the vocabulary has the code of all zeros.',
    )
    .argument('[text...]', 'texts; none: a text a line from standard input')
    .option(
      '--index <uri>',
      'a published index, .../indexes/NAME or .../versions/V: a path, file://, s3:// or ' +
        'https:// (default: the one of ./hashloom.yaml)',
    )
    .option('--json', 'one JSON line a text: {"text", "code", "words"}', false)
    .addHelpText(
      'after',
      examples(
        ['hashloom encode "the pitcher threw a no-hitter" --index store/indexes/20news', 'a code'],
        ['hashloom encode --json < texts.txt', 'a line each'],
      ),
    )
    .action(
      async (texts: string[], options: { index?: string; json: boolean }, command: Command) => {
        const { text } = await import('node:stream/consumers');
        const { indexLocation } = await import('../configuration/published-location.ts');
        const { encodeTexts } = await import('../index/lookup-text.ts');
        const asked =
          texts.length > 0
            ? texts
            : (await text(process.stdin)).split('\n').filter((line) => line.trim() !== '');
        const { out, err } = terminals(command);
        for (const answer of await encodeTexts(await indexLocation(options.index), asked)) {
          out.write(options.json ? `${JSON.stringify(answer)}\n` : `${answer.code}\n`);
          if (answer.words === 0) err.write(`no word of the vocabulary: ${answer.text}\n`);
        }
      },
    );
}
