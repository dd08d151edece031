import type { Command } from 'commander';
import { Option } from 'commander';
import { EXIT_INTERRUPTED } from '../terminal/interrupts.ts';
import {
  DEFAULT_THREADS,
  examples,
  METRICS_OPTION,
  positiveInteger,
  temporalOptions,
  terminals,
} from '../terminal/program-options.ts';

interface AppendOptions {
  delete: string[];
  minimumCount?: number;
  store?: string;
  local: boolean;
  home: string;
  threads: number;
  force: boolean;
  replace: boolean;
  json: boolean;
  metrics: boolean;
}

export function addAppendCommand(index: Command): void {
  index
    .command('append')
    .summary('add and delete items without training')
    .description(
      'Publishes a new version with the items of a source added and others deleted, the ' +
        'model left as it is. Vectors and documents get their codes from the encoder of the ' +
        'index; words and ids that it does not ' +
        'have get the vote of those that they occur with, items that it has keep theirs. The ' +
        'source is read with the settings that the index was made with. A later run ' +
        'compacts: it makes the ' +
        'index from its configured source, where appended files must lie by then.',
    )
    .argument('<name>', 'name of the index, or .../indexes/NAME')
    .argument(
      '[source]',
      'a file, a folder, a glob or s3://bucket/prefix, of the kind that the index was made from',
    )
    .option('--delete <id...>', 'items that go; @FILE for the lines of a file', [])
    .option(
      '--minimum-count <n>',
      'rarer words and ids of the source get no code (default: vocabulary.minimumCount of ' +
        'the index)',
      positiveInteger,
    )
    .option(
      '--store <uri>',
      'a folder or s3://bucket/prefix (default: the store of ./hashloom.yaml)',
    )
    .addOption(
      new Option(
        '--local',
        'on an embedded server and workers in this process, instead of a configured Temporal',
      ).default(false),
    )
    .option('--home <folder>', 'with --local: folder of the server', '.hashloom')
    .option(
      '--threads <n>',
      'with --local: stages at work at once',
      positiveInteger,
      DEFAULT_THREADS,
    )
    .option('--force', 'run every stage, artifacts or not', false)
    .option(
      '--replace',
      'where a run of the index is under way: cancel it, wait for its end, start this one',
      false,
    )
    .option(...METRICS_OPTION)
    .option('--json', 'end with one JSON line on standard output', false)
    .addHelpText(
      'after',
      examples(
        [
          'hashloom index append products today.parquet',
          'vectors of new products, or new vectors of old ones',
        ],
        ['hashloom index append products --delete 17 42', 'items that are sold out'],
        [
          'hashloom index append news s3://feed/2026-11-21/ --delete @gone.txt',
          'both in one version',
        ],
      ),
    )
    .action(
      async (
        name: string,
        source: string | undefined,
        options: AppendOptions,
        command: Command,
      ) => {
        const { indexTarget } = await import('../configuration/index-target.ts');
        const { planAppend } = await import('../index/append-items.ts');
        const { runLocally, runRemotely } = await import('../run/run-index.ts');
        const { outcomeLine, outcomeText } = await import('../run/run-outcome.ts');
        const { force, json, metrics, replace, home, threads } = options;
        const screens = terminals(command);
        const { configuration, prepare } = await planAppend(
          await indexTarget(name, options.store),
          { source, deleted: options.delete, minimumCount: options.minimumCount, force },
        );
        const again = `hashloom index append ${name} with the same arguments`;
        const shared = { force, json, replace, terminals: screens, prepare, again };
        const result = options.local
          ? await runLocally(configuration, { ...shared, home, threads })
          : (
              await runRemotely(configuration, temporalOptions(command), {
                ...shared,
                detach: false,
              })
            ).result;
        if (result === undefined) process.exitCode = EXIT_INTERRUPTED;
        else
          process.stdout.write(
            json ? outcomeLine(result) : outcomeText(result, screens.out, { metrics }),
          );
      },
    );
}
