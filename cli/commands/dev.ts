import type { Command } from 'commander';
import { aborted, listenForInterrupts } from '../terminal/interrupts.ts';
import {
  DEFAULT_THREADS,
  examples,
  positiveInteger,
  terminals,
} from '../terminal/program-options.ts';

export function addDevCommand(program: Command): void {
  program
    .command('dev')
    .summary('server, UI and workers on this machine until Ctrl-C')
    .description(
      'Starts a Temporal server with its UI and workers of every queue on this machine, for ' +
        'development. Its runs and schedules are kept in the home folder.',
    )
    .option('--home <folder>', 'folder of the server', '.hashloom')
    .option('--threads <n>', 'stages at work at once', positiveInteger, DEFAULT_THREADS)
    .addHelpText(
      'after',
      examples(
        ['hashloom dev', 'then, in another terminal, what it prints'],
        ['hashloom dev --home ./hashloom-demo', 'the UI with the runs of the demo'],
      ),
    )
    .action(async (options: { home: string; threads: number }, command: Command) => {
      const { openLocalTemporal } = await import('../temporal/local-temporal.ts');
      const { err, out } = terminals(command);
      const interrupts = listenForInterrupts();
      try {
        const local = await openLocalTemporal(options.home, options.threads, (line) =>
          err.write(`${err.paint('dim', line)}\n`),
        );
        try {
          const { address } = local.connection;
          out.write(
            [
              `Temporal  ${address}${local.shared ? ' (shared with another process)' : ''}`,
              `UI        ${local.uiUrl}`,
              `home      ${options.home}`,
              '',
              'In another terminal:',
              `  export TEMPORAL_ADDRESS=${address}`,
              '  hashloom run',
              '',
              'Ctrl-C stops workers and server; runs under way go on at the next start.',
              '',
            ].join('\n'),
          );
          await Promise.race([aborted(interrupts.signal), local.workersFinished]);
          err.write('stopping; Ctrl-C again ends at once\n');
        } finally {
          await local.close();
        }
      } finally {
        interrupts.dispose();
      }
    });
}
