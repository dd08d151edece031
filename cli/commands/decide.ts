import type { Command } from 'commander';
import { examples, temporalOptions } from '../terminal/program-options.ts';

/** `approve` and `reject`: the two decisions about a run that waits at its gate. */
export function addDecisionCommands(program: Command): void {
  addDecision(
    program,
    'approve',
    'publish a run that missed its gate',
    'The run goes on and publishes; the version says who wanted it, and why.',
  );
  addDecision(
    program,
    'reject',
    'refuse a run that missed its gate',
    'The run fails with this reason, and the published version stays.',
  );
}

function addDecision(
  program: Command,
  verb: 'approve' | 'reject',
  summary: string,
  effect: string,
): void {
  program
    .command(verb)
    .summary(summary)
    .description(
      `Decides about a run that missed its gate and waits (gate.onRefusal: wait). ${effect} ` +
        'Ends with 1 when the run does not wait.',
    )
    .argument('[index]', 'name of the index (default: the one of ./hashloom.yaml)')
    .requiredOption('--reason <text>', 'why; kept with the run')
    .option('--as <name>', 'who decides (default: the user of this machine)')
    .addHelpText(
      'after',
      examples([
        `hashloom ${verb} news --reason "seen the report, talked to search"`,
        'after: hashloom watch news',
      ]),
    )
    .action(
      async (
        name: string | undefined,
        options: { reason: string; as?: string },
        command: Command,
      ) => {
        const { indexOrConfigured } = await import('../run/show-run.ts');
        const { withTemporal } = await import('../temporal/open-temporal.ts');
        const { decideRun } = await import('../run/decide-run.ts');
        const index = await indexOrConfigured(name);
        const answer = await withTemporal(temporalOptions(command), ({ client }) =>
          decideRun(client, index, verb, {
            why: options.reason,
            ...(options.as !== undefined && { who: options.as }),
          }),
        );
        process.stdout.write(`${answer}\n`);
      },
    );
}
