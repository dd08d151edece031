import type { Command } from 'commander';
import { addAppendCommand } from './index-append.ts';
import { addVersionCommands } from './index-versions.ts';
import { examples, terminals } from '../terminal/program-options.ts';

export function addIndexCommand(program: Command): void {
  const index = program
    .command('index')
    .summary('published indexes and their versions')
    .description('Published indexes of a store and their versions.');
  index
    .command('list')
    .summary('list the indexes of a store')
    .description(
      'Lists the published indexes of a store: current version, items, and when it was published.',
    )
    .option(
      '--store <uri>',
      'a folder or s3://bucket/prefix (default: the store of ./hashloom.yaml)',
    )
    .option('--json', 'one JSON line an index', false)
    .addHelpText(
      'after',
      examples(
        ['hashloom index list', 'of the store of ./hashloom.yaml'],
        ['hashloom index list --store s3://models/hashloom', 'of a bucket'],
      ),
    )
    .action(async (options: { store?: string; json: boolean }, command: Command) => {
      const { indexesTable, listIndexes } = await import('../index/list-indexes.ts');
      const { storeLocation } = await import('../configuration/published-location.ts');
      const store = await storeLocation(options.store);
      const indexes = await listIndexes(store);
      if (options.json)
        for (const each of indexes) process.stdout.write(`${JSON.stringify(each)}\n`);
      else if (indexes.length === 0) process.stderr.write(`nothing is published in ${store} yet\n`);
      else process.stdout.write(`${indexesTable(indexes, terminals(command).out).join('\n')}\n`);
    });
  addAppendCommand(index);
  addVersionCommands(index);
}
