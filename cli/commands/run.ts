import { dirname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { Option } from 'commander';
import { EXIT_INTERRUPTED } from '../terminal/interrupts.ts';
import { CONFIGURATION_FILE } from '../configuration/load-configuration.ts';
import {
  DEFAULT_THREADS,
  examples,
  METRICS_OPTION,
  positiveInteger,
  temporalOptions,
  terminals,
} from '../terminal/program-options.ts';
import { writeFirstLine } from '../terminal/first-line.ts';
import { addRunListCommand } from './run-list.ts';

interface RunCommandOptions {
  local: boolean;
  home?: string;
  threads: number;
  detach: boolean;
  json: boolean;
  force: boolean;
  retrain: boolean;
  replace: boolean;
  dryRun: boolean;
  metrics: boolean;
}

export function addRunCommand(program: Command): void {
  const run = program
    .command('run')
    .summary('build an index and publish it')
    .description(
      'Runs every stage from the corpus to the published index. A stage whose artifact is ' +
        'there is not run again. ' +
        'Ctrl-C leaves the run going and says how to watch or cancel it; with --local it ' +
        'stops, and the same command goes on from there.',
    )
    .argument('[config]', 'the configuration', CONFIGURATION_FILE)
    .addOption(
      new Option(
        '--local',
        'on an embedded server and workers in this process, instead of a configured Temporal',
      )
        .default(false)
        .conflicts(['detach']),
    )
    .option(
      '--home <folder>',
      'with --local: folder of the server (default: .hashloom beside the configuration)',
    )
    .option(
      '--threads <n>',
      'with --local: stages at work at once',
      positiveInteger,
      DEFAULT_THREADS,
    )
    .option('--detach', 'start it, print its id and return', false)
    .option('--json', 'end with one JSON line on standard output', false)
    .option(...METRICS_OPTION)
    .option('--force', 'run every stage, artifacts or not', false)
    .option(
      '--retrain',
      'learn all codes anew, where items would keep those of the published version',
      false,
    )
    .option(
      '--replace',
      'where a run of the index is under way: cancel it, wait for its end, start this one',
      false,
    )
    .option(
      '--dry-run',
      'say for each stage whether it would run, and why; needs no Temporal, writes nothing',
      false,
    )
    .addHelpText(
      'after',
      examples(
        ['hashloom run --local', `${CONFIGURATION_FILE} of this folder, on this machine alone`],
        [
          'TEMPORAL_ADDRESS=temporal:7233 hashloom run news.yaml',
          'on a cluster; needs workers, see: hashloom worker',
        ],
        ['hashloom run --detach', 'then: hashloom watch NAME'],
        ['hashloom run --local --json | tail -1', 'for a script'],
        ['hashloom run --replace', 'after an edit: cancels the run under way'],
        ['hashloom run --retrain', 'once D has drifted: items get other codes'],
        ['hashloom run --dry-run', 'what a run would do now'],
        ['hashloom run list', 'runs of the past'],
      ),
    )
    .action(async (file: string, options: RunCommandOptions, command: Command) => {
      const { loadConfiguration } = await import('../configuration/load-configuration.ts');
      const configuration = await loadConfiguration(file);
      const { kind } = configuration.source;
      if (options.retrain && (kind === 'vectors' || kind === 'documents'))
        command.error(`error: --retrain: the codes of ${kind} are made anew by every run`);
      if (options.dryRun) {
        const { planRun } = await import('../plan/plan-run.ts');
        const { planTable } = await import('../run/result-tables.ts');
        const plan = await planRun(configuration, options.force, options.retrain);
        process.stdout.write(
          options.json
            ? `${JSON.stringify({ index: configuration.index, stages: plan })}\n`
            : `${planTable(plan, terminals(command).out).join('\n')}\n`,
        );
        return;
      }
      const screens = terminals(command);
      const where = options.local ? 'on this machine' : 'on the configured Temporal';
      writeFirstLine(screens, options.json, `${configuration.index}: preparing a run ${where}`);
      const { unfittingKind } = await import('../init/unfitting-kind.ts');
      const warning = await unfittingKind(configuration);
      if (warning !== undefined) screens.err.write(`warning: ${warning}\n`);
      const { runLocally, runRemotely } = await import('../run/run-index.ts');
      const { outcomeLine, outcomeText } = await import('../run/run-outcome.ts');
      const again = [
        'hashloom run',
        ...(file === CONFIGURATION_FILE ? [] : [file]),
        ...(options.local ? ['--local'] : []),
        ...(options.home === undefined ? [] : ['--home', options.home]),
      ].join(' ');
      // In the folder of its configuration the index need not be named.
      const item = configuration.source.kind === 'text' ? 'WORD' : 'ID';
      const told = {
        metrics: options.metrics,
        item,
        ...(file === CONFIGURATION_FILE && { query: `hashloom query ${item}` }),
      } as const;
      const shared = {
        force: options.force,
        retrain: options.retrain,
        json: options.json,
        replace: options.replace,
        terminals: screens,
        again,
      };

      if (options.local) {
        const home = options.home ?? join(dirname(resolve(file)), '.hashloom');
        const result = await runLocally(configuration, {
          ...shared,
          home,
          threads: options.threads,
        });
        if (result === undefined) process.exitCode = EXIT_INTERRUPTED;
        else
          process.stdout.write(
            options.json ? outcomeLine(result) : outcomeText(result, screens.out, told),
          );
        return;
      }
      const { started, result } = await runRemotely(configuration, temporalOptions(command), {
        ...shared,
        detach: options.detach,
      });
      if (options.detach) {
        const { workflowId, runId } = started;
        const { index } = configuration;
        process.stdout.write(
          options.json
            ? `${JSON.stringify({ index, workflowId, runId })}\n`
            : `${workflowId} started, run ${runId}\n` +
                `watch it:  hashloom watch ${index}\n` +
                `cancel it: hashloom cancel ${index}\n`,
        );
      } else if (result === undefined) process.exitCode = EXIT_INTERRUPTED;
      else
        process.stdout.write(
          options.json ? outcomeLine(result) : outcomeText(result, screens.out, told),
        );
    });
  addRunListCommand(run);
}
