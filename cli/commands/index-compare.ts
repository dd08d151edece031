import type { Relation } from '@hashloom/lookup';
import type { Command } from 'commander';
import { Option } from 'commander';
import {
  examples,
  INDEX_NAME,
  positiveInteger,
  relationOption,
  STORE_OPTION,
  type StoreOption,
  terminals,
} from '../terminal/program-options.ts';

export function addCompareCommand(index: Command): void {
  index
    .command('compare')
    .summary('two versions side by side')
    .description(
      'Compares two versions: settings, data, metrics, the first ten answers to the items that ' +
        'both have, and their codes.',
    )
    .argument(...INDEX_NAME)
    .argument('<a>', 'a version', positiveInteger)
    .argument('<b>', 'another one', positiveInteger)
    .option(...STORE_OPTION)
    .option('--most <n>', 'so many of the items that changed most', positiveInteger, 10)
    .option('--items <n>', 'ask for so many items, at even distances', positiveInteger, 2000)
    .addOption(
      new Option('--relation <relation>', 'of answers (default: what query answers first)')
        .choices(['goes-with', 'is-like', 'near', 'related'])
        .argParser(relationOption),
    )
    .option('--json', 'one JSON line', false)
    .addHelpText(
      'after',
      examples(
        ['hashloom index compare news 3 4', 'what version 4 changed'],
        ['hashloom index compare news 3 4 --relation is-like', 'in answers of one kind'],
      ),
    )
    .action(
      async (
        name: string,
        a: number,
        b: number,
        options: StoreOption & { most: number; items: number; relation?: Relation },
        command: Command,
      ) => {
        const { indexTarget } = await import('../configuration/index-target.ts');
        const { compareVersions } = await import('../../upkeep/compare-versions.ts');
        const { compareAnswers } = await import('../index/compare-answers.ts');
        const { comparisonText } = await import('../index/version-tables.ts');
        const target = await indexTarget(name, options.store);
        const { store, index: indexName } = target;
        const { most: shown, items: most, relation } = options;
        const comparison = await compareVersions(store, indexName, a, b, shown, (items) =>
          compareAnswers({
            uri: `${store.uri}/indexes/${indexName}`,
            versions: [a, b],
            items,
            most,
            shown,
            ...(relation && { relation }),
          }),
        );
        process.stdout.write(
          options.json
            ? `${JSON.stringify(comparison)}\n`
            : comparisonText(comparison, terminals(command).out),
        );
      },
    );
}
