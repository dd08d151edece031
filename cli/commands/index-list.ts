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
      'Lists the published indexes of a store: current version, items, and when it was ' +
        'published; ' +
        '`hashloom index versions` lists the versions of one.',
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
  addVersionsCommand(index);
  addAppendCommand(index);
  addVersionCommands(index);
}

function addVersionsCommand(index: Command): void {
  index
    .command('versions')
    .summary('list the versions of an index')
    .description(
      'Lists the versions of an index that are there: when each was published and by which run, ' +
        'and which one is current, since when, and why.',
    )
    .argument(
      '[name]',
      'name of the index, or .../indexes/NAME (default: the one of ./hashloom.yaml)',
    )
    .option(
      '--store <uri>',
      'a folder or s3://bucket/prefix (default: the store of ./hashloom.yaml)',
    )
    .option('--json', 'one JSON line a version', false)
    .addHelpText(
      'after',
      examples(
        ['hashloom index versions news', 'then: hashloom index rollback news --to 3'],
        ['hashloom index versions s3://models/hashloom/indexes/news', 'straight from a bucket'],
      ),
    )
    .action(
      async (
        name: string | undefined,
        options: { store?: string; json: boolean },
        command: Command,
      ) => {
        const { indexTarget } = await import('../configuration/index-target.ts');
        const { describeVersions, versionsTable } = await import('../index/list-versions.ts');
        const { store, index: named } = await indexTarget(name, options.store);
        const versions = await describeVersions(store, named);
        const { out } = terminals(command);
        if (options.json) for (const each of versions) out.write(`${JSON.stringify(each)}\n`);
        else out.write(`${versionsTable(versions, out).join('\n')}\n`);
      },
    );
}
