import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import type { Command } from 'commander';
import { buildProgram } from '../../cli/program.ts';
import { parseDuration } from '../../cli/terminal/format.ts';
import { describeError } from '../../cli/terminal/report-error.ts';

describe('buildProgram', () => {
  it('has help with examples for every command', () => {
    const program = buildProgram();
    assert.deepEqual(
      program.commands.map((command) => command.name()),
      [
        'demo',
        'init',
        'run',
        'plan',
        'watch',
        'cancel',
        'approve',
        'reject',
        'query',
        'lookup',
        'encode',
        'index',
        'report',
        'evaluate',
        'schedule',
        'experiment',
        'dev',
        'worker',
        'setup',
      ],
    );
    for (const command of program.commands) {
      const pages = command.name() === 'index' ? command.commands : [command];
      for (const page of pages) assert.match(helpOf(page), /Examples:\n {2}\S/, page.name());
      for (const each of [command, ...command.commands]) {
        assert.ok(each.description().length > 10, each.name());
        for (const option of each.options)
          assert.ok(option.description.length > 10, `${each.name()} ${option.flags}`);
      }
    }
  });

  it('shows the default of a duration as people write it', () => {
    const pages = (command: Command): Command[] => [command, ...command.commands.flatMap(pages)];
    const shown = pages(buildProgram()).flatMap((page) =>
      page.options
        .filter(({ flags, defaultValue }) => flags.includes('<duration>') && defaultValue)
        .map((option) => {
          const text = option.defaultValueDescription ?? String(option.defaultValue);
          assert.equal(parseDuration(text), option.defaultValue, option.flags);
          assert.match(helpOf(page), new RegExp(`\\(default: ${text}\\)`));
          return `${option.long} ${text}`;
        }),
    );
    assert.deepEqual(shown, ['--grace 1d', '--catchup 1h']);
  });

  it('refuses wrong usage with 2, and says what was wrong', async () => {
    const wrong: [args: string[], message: RegExp][] = [
      [['run', '--detahc'], /unknown option '--detahc'[\s\S]*Did you mean --detach/],
      [['lookup'], /missing required argument 'word'/],
      [
        ['worker', '--queues', 'etl,gpu'],
        /unknown: "gpu"; the queues are main, etl, train, export/,
      ],
      [['run', '--local', '--detach'], /cannot be used with/],
      [['index', 'compare', 'news', '1', '2', '--relation', 'like'], /goes-with, is-like, near/],
      [['schedule', 'create', '--every', 'often'], /expected a duration such as/],
      [['schedule', 'create', '--every', '1d', '--cron', '0 2 * * *'], /cannot be used with/],
      [['schedule', 'create'], /set --every or --cron/],
      [['dev', '--threads', '0'], /at least 1/],
      [['worker', '--health-port', '70000'], /from 1 to 65535/],
      [['watch', 'a', 'b'], /too many arguments/],
    ];
    for (const [args, message] of wrong) {
      const error: unknown = await buildProgram()
        .parseAsync(['node', 'hashloom', ...args])
        .then(
          () => undefined,
          (reason: unknown) => reason,
        );
      const report = describeError(error);
      assert.equal(report.exitCode, 2, args.join(' '));
      assert.match(report.message, message);
    }
  });
});

function helpOf(command: Command): string {
  let text = '';
  command.configureOutput({ writeOut: (part) => (text += part) });
  command.outputHelp();
  return text;
}
