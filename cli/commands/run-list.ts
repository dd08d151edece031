import type { Command } from 'commander';
import {
  examples,
  positiveInteger,
  temporalOptions,
  terminals,
} from '../terminal/program-options.ts';

/** A subcommand of `run`. */
export function addRunListCommand(run: Command): void {
  run
    .command('list')
    .summary('list runs, the latest first')
    .description('Lists the runs that this namespace knows, the latest first.')
    .option('--index <name>', 'only runs of this index')
    .option('--limit <n>', 'at most so many', positiveInteger, 20)
    .option('--json', 'one JSON line a run', false)
    .addHelpText(
      'after',
      examples(
        ['hashloom run list', 'the last 20'],
        ['hashloom run list --index news --json', 'for a script'],
      ),
    )
    .action(async (options: { index?: string; limit: number; json: boolean }, command: Command) => {
      const { listRuns, runsTable } = await import('../run/list-runs.ts');
      const { withTemporal } = await import('../temporal/open-temporal.ts');
      const runs = await withTemporal(temporalOptions(command), ({ client }) =>
        listRuns(client, options.limit, options.index),
      );
      // `run` has a --json of its own, and takes the flag wherever it stands.
      const json = options.json || command.optsWithGlobals<{ json?: boolean }>().json === true;
      if (json) for (const run of runs) process.stdout.write(`${JSON.stringify(run)}\n`);
      else if (runs.length === 0) process.stderr.write('no runs yet\n');
      else process.stdout.write(`${runsTable(runs, terminals(command).out).join('\n')}\n`);
    });
}
