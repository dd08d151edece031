import type { Command } from 'commander';
import { reindexWorkflowId } from '../../schemas/run.ts';
import { EXIT_INTERRUPTED, listenForInterrupts } from '../terminal/interrupts.ts';
import {
  examples,
  METRICS_OPTION,
  temporalOptions,
  terminals,
} from '../terminal/program-options.ts';

export function addWatchCommand(program: Command): void {
  program
    .command('watch')
    .summary('follow the run of an index')
    .description(
      'Follows the run of an index until it ends; of a run that is over, shows how it ended. ' +
        'Ctrl-C stops watching and leaves the run alone.',
    )
    .argument('[index]', 'name of the index (default: the one of ./hashloom.yaml)')
    .option(...METRICS_OPTION)
    .option('--json', 'end with one JSON line', false)
    .addHelpText(
      'after',
      examples(
        ['hashloom watch news', 'bars, then the tables'],
        ['hashloom watch news --json', 'wait, then one line for a script'],
      ),
    )
    .action(
      async (
        name: string | undefined,
        options: { json: boolean; metrics: boolean },
        command: Command,
      ) => {
        const { indexOrConfigured, showRun } = await import('../run/show-run.ts');
        const { withTemporal } = await import('../temporal/open-temporal.ts');
        const { outcomeLine, outcomeText } = await import('../run/run-outcome.ts');
        const index = await indexOrConfigured(name);
        const screens = terminals(command);
        const interrupts = listenForInterrupts();
        try {
          const result = await withTemporal(temporalOptions(command), ({ client }) =>
            showRun(client, reindexWorkflowId(index), {
              terminals: screens,
              json: options.json,
              signal: interrupts.signal,
            }),
          );
          if (result === undefined) {
            screens.err.write(
              `\nThe run of ${index} goes on. Cancel it with: hashloom cancel ${index}\n`,
            );
            process.exitCode = EXIT_INTERRUPTED;
            return;
          }
          process.stdout.write(
            options.json
              ? outcomeLine(result)
              : outcomeText(result, screens.out, { metrics: options.metrics }),
          );
        } finally {
          interrupts.dispose();
        }
      },
    );
}
