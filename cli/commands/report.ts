import type { Command } from 'commander';
import { examples, positiveInteger, terminals } from '../terminal/program-options.ts';

export function addReportCommand(program: Command): void {
  program
    .command('report')
    .summary('the report of a published version')
    .description(
      'Prints where the report of a version lies, one HTML file that needs no network, and ' +
        'opens it where a person looks. ' +
        'A run that the gate refused names its own report, which can be given here too. ' +
        'Needs no Temporal.',
    )
    .argument(
      '[index]',
      'name of the index, .../indexes/NAME, .../versions/V or a report.html (default: the ' +
        'index of ./hashloom.yaml)',
    )
    .argument('[version]', 'a version (default: the current one)', positiveInteger)
    .option(
      '--store <uri>',
      'a folder or s3://bucket/prefix (default: the store of ./hashloom.yaml)',
    )
    .option('--no-open', 'only print the path')
    .addHelpText(
      'after',
      examples(
        ['hashloom report', 'of the current version'],
        ['hashloom report news 3', 'of an earlier one'],
        ['hashloom report s3://models/hashloom/indexes/news', 'straight from a bucket'],
      ),
    )
    .action(
      async (
        index: string | undefined,
        version: number | undefined,
        options: { store?: string; open: boolean },
        command: Command,
      ) => {
        const { findReport } = await import('../index/find-report.ts');
        const { openFile } = await import('../index/open-file.ts');
        const file = await findReport(index, {
          ...options,
          ...(version !== undefined && { version }),
        });
        process.stdout.write(`${file}\n`);
        const { out } = terminals(command);
        if (options.open && out.live) await openFile(file);
      },
    );
}
