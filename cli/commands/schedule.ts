import type { Command } from 'commander';
import { Option } from 'commander';
import { CONFIGURATION_FILE } from '../configuration/load-configuration.ts';
import type { ScheduleVerb } from '../index/schedules.ts';
import { formatDuration } from '../terminal/format.ts';
import { duration, examples, temporalOptions, terminals } from '../terminal/program-options.ts';

interface CreateOptions {
  every?: number;
  cron?: string;
  timeZone?: string;
  jitter?: number;
  catchup: number;
  paused: boolean;
}

const DEFAULT_CATCHUP_MS = 3_600_000;

export function addScheduleCommand(program: Command): void {
  const schedule = program
    .command('schedule')
    .summary('rebuild an index at set times')
    .description(
      'Schedules that rebuild an index. A schedule holds the configuration as it was when it ' +
        'was created; it skips a time at which a run ' +
        'is still under way, whoever started it, and pauses itself when a run fails.',
    )
    .addHelpText(
      'after',
      examples(
        ['hashloom schedule create hashloom.yaml --cron "0 2 * * *"', 'every night at two, UTC'],
        ['hashloom schedule create hashloom.yaml --every 6h --jitter 5m', 'four times a day'],
        ['hashloom schedule trigger news', 'now, once'],
      ),
    );

  schedule
    .command('create')
    .description('Creates the schedule of an index.')
    .argument('[config]', 'the configuration', CONFIGURATION_FILE)
    .addOption(
      new Option('--every <duration>', 'a fixed time apart: 30m, 6h, 1d')
        .argParser(duration)
        .conflicts('cron'),
    )
    .option('--cron <expression>', 'five fields: minute, hour, day of month, month, day of week')
    .option('--time-zone <name>', 'time zone of --cron, for example Europe/Berlin (default: UTC)')
    .option('--jitter <duration>', 'begin up to so much later, at random', duration)
    .addOption(
      new Option(
        '--catchup <duration>',
        'times that were missed longer ago (Temporal was down) are skipped',
      )
        .argParser(duration)
        .default(DEFAULT_CATCHUP_MS, formatDuration(DEFAULT_CATCHUP_MS)),
    )
    .option('--paused', 'create it paused', false)
    .action(async (file: string, options: CreateOptions, command: Command) => {
      if (options.every === undefined && options.cron === undefined)
        command.error('error: set --every or --cron');
      const { loadConfiguration } = await import('../configuration/load-configuration.ts');
      const configuration = await loadConfiguration(file);
      const { createSchedule } = await import('../index/schedules.ts');
      const { withTemporal } = await import('../temporal/open-temporal.ts');
      const created = await withTemporal(temporalOptions(command), (client) =>
        createSchedule(client, configuration, options),
      );
      process.stdout.write(`${created}\n`);
    });

  schedule
    .command('list')
    .description('Lists the schedules of this namespace.')
    .option('--json', 'one JSON line a schedule', false)
    .action(async (options: { json: boolean }, command: Command) => {
      const { listSchedules, schedulesTable } = await import('../index/schedules.ts');
      const { withTemporal } = await import('../temporal/open-temporal.ts');
      const schedules = await withTemporal(temporalOptions(command), listSchedules);
      if (options.json)
        for (const each of schedules) process.stdout.write(`${JSON.stringify(each)}\n`);
      else if (schedules.length === 0) process.stderr.write('no schedules yet\n');
      else
        process.stdout.write(`${schedulesTable(schedules, terminals(command).out).join('\n')}\n`);
    });

  for (const [name, description] of Object.entries(VERBS)) {
    const verb = schedule
      .command(name)
      .description(description)
      .argument('[index]', `name of the index (default: the one of ./${CONFIGURATION_FILE})`);
    if (name === 'pause' || name === 'unpause')
      verb.option('--note <text>', 'why, for whoever looks at it in the UI');
    verb.action(async (index: string | undefined, options: { note?: string }, command: Command) => {
      const { actOnSchedule } = await import('../index/schedules.ts');
      const { withTemporal } = await import('../temporal/open-temporal.ts');
      const { indexOrConfigured } = await import('../run/show-run.ts');
      const target = await indexOrConfigured(index);
      const said = await withTemporal(temporalOptions(command), (client) =>
        actOnSchedule(client, target, name as ScheduleVerb, options.note),
      );
      process.stdout.write(`${said}\n`);
    });
  }
}

const VERBS: Record<ScheduleVerb, string> = {
  describe: 'Shows a schedule: when, what, and what became of its last runs.',
  trigger: 'Runs it now, once.',
  pause: 'Stops it until it is unpaused.',
  unpause: 'Lets it go on.',
  delete: 'Deletes it; runs under way go on.',
};
