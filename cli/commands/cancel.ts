import type { Command } from 'commander';
import { reindexWorkflowId } from '../../schemas/run.ts';
import { examples, temporalOptions } from '../terminal/program-options.ts';

/** Workers end what they do within seconds; a run without workers may take longer. */
const WAIT_MS = 30_000;

export function addCancelCommand(program: Command): void {
  program
    .command('cancel')
    .summary('cancel the run of an index')
    .description(
      'Asks the run of an index to stop and waits until it has. Artifacts of finished stages ' +
        'stay: the next run goes on from them.',
    )
    .argument('[index]', 'name of the index (default: the one of ./hashloom.yaml)')
    .addHelpText('after', examples(['hashloom cancel news', 'then, to go on: hashloom run']))
    .action(async (name: string | undefined, _options: object, command: Command) => {
      const { indexOrConfigured } = await import('../run/show-run.ts');
      const { withTemporal } = await import('../temporal/open-temporal.ts');
      const { cancelRun } = await import('../run/cancel-run.ts');
      const workflowId = reindexWorkflowId(await indexOrConfigured(name));
      const ended = await withTemporal(temporalOptions(command), ({ client }) =>
        cancelRun(client, workflowId, WAIT_MS),
      );
      process.stdout.write(
        ended
          ? `${workflowId} is cancelled; finished stages are kept for the next run\n`
          : `${workflowId} is asked to stop but has not ended yet; is a worker there?\n`,
      );
    });
}
