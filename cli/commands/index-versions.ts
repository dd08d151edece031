import { join } from 'node:path';
import type { Command } from 'commander';
import { InvalidArgumentError, Option } from 'commander';
import { formatDuration } from '../terminal/format.ts';
import {
  duration,
  examples,
  INDEX_NAME,
  positiveInteger,
  STORE_OPTION,
  type StoreOption,
  temporalOptions,
} from '../terminal/program-options.ts';
import { addCompareCommand } from './index-compare.ts';

const DAY_MS = 24 * 3_600_000;

/**
 * What is done with the versions of an index; none of it needs Temporal but gc, for its schedules.
 */
export function addVersionCommands(index: Command): void {
  addRollback(index);
  addCompareCommand(index);
  addData(index);
  addPins(index);
  addGarbage(index);
}

function addRollback(index: Command): void {
  index
    .command('rollback')
    .summary('make an earlier version current')
    .description(
      'Swaps current.json back to a version that is there, under the condition that nobody ' +
        'has published meanwhile. The next run publishes on top of it: pause its schedule if ' +
        'that is not wanted.',
    )
    .argument(...INDEX_NAME)
    .argument('[version]', 'the version (default: the one before the current)', positiveInteger)
    .option(...STORE_OPTION)
    .option('--json', 'one JSON line', false)
    .addHelpText(
      'after',
      examples(
        ['hashloom index rollback news', 'to the version before'],
        ['hashloom index rollback news 3', 'to version 3'],
      ),
    )
    .action(async (name: string, version: number | undefined, options: StoreOption) => {
      const { indexTarget } = await import('../configuration/index-target.ts');
      const { rollback } = await import('../../upkeep/rollback.ts');
      const target = await indexTarget(name, options.store);
      const done = await rollback(
        target.store,
        target.index,
        version ?? target.version,
        new Date(),
      );
      process.stdout.write(
        options.json
          ? `${JSON.stringify(done)}\n`
          : `${done.index} is at version ${done.to} again (it was at ${done.from})\n`,
      );
    });
}

function addData(index: Command): void {
  index
    .command('data')
    .summary('the data of a version, for another method')
    .description(
      'Writes what another method needs to learn and be measured on the same data: items, D ' +
        'as truth, training pairs and held-out pairs, and of a version whose embeddings were ' +
        'trained hard negatives, as Parquet; ' +
        'docs/how-to/write-a-method.md shows how to use them.',
    )
    .argument(...INDEX_NAME)
    .argument('[version]', 'the version (default: the current one)', positiveInteger)
    .requiredOption('--to <folder>', 'where the files go; made when it is not there')
    .option(...STORE_OPTION)
    .option('--json', 'one JSON line', false)
    .addHelpText(
      'after',
      examples([
        'hashloom index data news --to data',
        'items, truth, training, held-out, negatives',
      ]),
    )
    .action(
      async (name: string, version: number | undefined, options: StoreOption & { to: string }) => {
        const { mkdir } = await import('node:fs/promises');
        const { indexTarget } = await import('../configuration/index-target.ts');
        const { exportData } = await import('../../upkeep/export-benchmark.ts');
        const { formatCount } = await import('../terminal/format.ts');
        const target = await indexTarget(name, options.store);
        await mkdir(options.to, { recursive: true });
        const files = await exportData(
          target.store,
          target.index,
          version ?? target.version,
          (file) => join(options.to, file),
        );
        process.stdout.write(
          options.json
            ? `${JSON.stringify({ folder: options.to, files })}\n`
            : files
                .map((file) => `${join(options.to, file.name)}  ${formatCount(file.rows)} rows\n`)
                .join(''),
        );
      },
    );
}

function addPins(index: Command): void {
  index
    .command('pin')
    .summary('keep a version from gc')
    .description('Pins a version, with who and why: gc leaves it and what it was made from.')
    .argument(...INDEX_NAME)
    .argument('<version>', 'a version that is there', positiveInteger)
    .requiredOption('--reason <text>', 'why it must stay')
    .option('--as <name>', 'who (default: the user of this machine)')
    .option(...STORE_OPTION)
    .addHelpText(
      'after',
      examples([
        'hashloom index pin news 3 --reason "the paper rests on it"',
        'until: hashloom index unpin news 3',
      ]),
    )
    .action(
      async (
        name: string,
        version: number,
        options: { reason: string; as?: string; store?: string },
      ) => {
        const { indexTarget } = await import('../configuration/index-target.ts');
        const { pin } = await import('../../upkeep/pins.ts');
        const { userInfo } = await import('node:os');
        const target = await indexTarget(name, options.store);
        await pin(target.store, target.index, version, {
          who: options.as ?? userInfo().username,
          why: options.reason,
          at: new Date().toISOString(),
        });
        process.stdout.write(`version ${version} of ${target.index} is pinned\n`);
      },
    );
  index
    .command('unpin')
    .summary('let gc have a version again')
    .description('Takes the pin of a version away; gc may remove the version then.')
    .argument(...INDEX_NAME)
    .argument('<version>', 'a pinned version', positiveInteger)
    .option(...STORE_OPTION)
    .addHelpText('after', examples(['hashloom index unpin news 3', 'then: hashloom index gc news']))
    .action(async (name: string, version: number, options: { store?: string }) => {
      const { indexTarget } = await import('../configuration/index-target.ts');
      const { unpin } = await import('../../upkeep/pins.ts');
      const target = await indexTarget(name, options.store);
      const was = await unpin(target.store, target.index, version);
      process.stdout.write(
        was
          ? `version ${version} of ${target.index} is pinned no more\n`
          : `version ${version} of ${target.index} was not pinned\n`,
      );
    });
}

function addGarbage(index: Command): void {
  index
    .command('gc')
    .summary('remove what nothing refers to')
    .description(
      'Removes old versions of an index, then the artifacts that no version of any index of ' +
        'the store needs, then objects that no manifest names. The current version, pinned ' +
        'ones, ' +
        'the last few, and whatever is younger than the grace stay. Asks Temporal for ' +
        'schedules on the store, and waits for no run: it refuses while one is at work.',
    )
    .argument(...INDEX_NAME)
    .option(...STORE_OPTION)
    .option('--keep <n>', 'versions that stay beside the current one', wholeNumber, 3)
    .addOption(
      new Option('--grace <duration>', 'what is younger stays')
        .argParser(duration)
        .default(DAY_MS, formatDuration(DAY_MS)),
    )
    .option('--dry-run', 'only say what would go', false)
    .option('--no-schedules', 'do not ask Temporal: no schedule and no run is on this store')
    .option('--json', 'one JSON line', false)
    .addHelpText(
      'after',
      examples(
        ['hashloom index gc news --dry-run', 'what would go'],
        ['hashloom index gc news --keep 7 --grace 2d', 'keeps a week of nights'],
      ),
    )
    .action(
      async (
        name: string,
        options: StoreOption & { keep: number; grace: number; dryRun: boolean; schedules: boolean },
        command: Command,
      ) => {
        const { indexTarget } = await import('../configuration/index-target.ts');
        const { collectGarbage } = await import('../../upkeep/collect-garbage.ts');
        const { withTemporal } = await import('../temporal/open-temporal.ts');
        const { scheduledConfigurations } = await import('../index/scheduled-configurations.ts');
        const { garbageText } = await import('../index/version-tables.ts');
        const { store, index } = await indexTarget(name, options.store);
        const scheduled = options.schedules
          ? await withTemporal(temporalOptions(command), (temporal) =>
              scheduledConfigurations(temporal, store.uri),
            )
          : [];
        const garbage = await collectGarbage(store, index, {
          keep: options.keep,
          graceMs: options.grace,
          now: Date.now(),
          dryRun: options.dryRun,
          scheduled,
        });
        process.stdout.write(
          options.json ? `${JSON.stringify(garbage)}\n` : garbageText(garbage, options.dryRun),
        );
      },
    );
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0 || text.trim() === '')
    throw new InvalidArgumentError('expected a whole number of at least 0.');
  return value;
}
