import { basename, relative } from 'node:path';
import type { Command } from 'commander';
import { writeFirstLine } from '../terminal/first-line.ts';
import { EXIT_INTERRUPTED } from '../terminal/interrupts.ts';
import {
  DEFAULT_THREADS,
  examples,
  METRICS_OPTION,
  positiveInteger,
  terminals,
} from '../terminal/program-options.ts';

export function addDemoCommand(program: Command): void {
  program
    .command('demo')
    .summary('the Brown corpus to a published index, on this machine')
    .description(
      'Takes the Brown corpus (a million words) through every stage on an embedded Temporal ' +
        'server, publishes an index to a folder, and asks it for the best matches of twelve ' +
        'words. ' +
        'Checks itself: fails when a word gets too few matches, or the buckets are not much ' +
        'better than chance. The second ' +
        'time, every stage comes from its artifacts.',
    )
    .option('--home <folder>', 'where corpus, server, artifacts and index go', './hashloom-demo')
    .option('--threads <n>', 'stages at work at once', positiveInteger, DEFAULT_THREADS)
    .option(...METRICS_OPTION)
    .option('--json', 'end with one JSON line', false)
    .addHelpText(
      'after',
      examples(
        ['hashloom demo', 'about a minute on two cores'],
        ['hashloom dev --home ./hashloom-demo', "afterwards: the run in Temporal's UI"],
      ),
    )
    .action(
      async (
        options: { home: string; threads: number; json: boolean; metrics: boolean },
        command: Command,
      ) => {
        const screens = terminals(command);
        writeFirstLine(screens, options.json, `the demo, in ${options.home}`);
        const { runDemo } = await import('../demo/demo.ts');
        const finished = await runDemo({
          ...options,
          terminals: screens,
          program: invocation(),
        });
        if (!finished) process.exitCode = EXIT_INTERRUPTED;
      },
    );
}

/**
 * How this program is called here: `npx hashloom` behind an npm script, `hashloom` where it is
 * installed, else `node dist/cli/main.js`.
 */
function invocation(): string {
  if (process.env['npm_lifecycle_event'] !== undefined) return 'npx hashloom';
  const script = process.argv[1] ?? '';
  if (basename(script) !== 'main.js') return 'hashloom';
  const near = relative('.', script);
  return `node ${near.startsWith('..') ? script : near}`;
}
