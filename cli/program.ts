import { readFileSync } from 'node:fs';
import { Command, Help } from 'commander';
import { requireTemporaryFolder } from '../infra/temporary-folder.ts';
import { addCancelCommand } from './commands/cancel.ts';
import { addDecisionCommands } from './commands/decide.ts';
import { addDemoCommand } from './commands/demo.ts';
import { addDevCommand } from './commands/dev.ts';
import { addEvaluateCommand } from './commands/evaluate.ts';
import { addExperimentCommand } from './commands/experiment.ts';
import { addIndexCommand } from './commands/index-list.ts';
import { addInitCommand } from './commands/init.ts';
import { addEncodeCommand } from './commands/encode.ts';
import { addLookupCommand } from './commands/lookup.ts';
import { addPlanCommand } from './commands/plan.ts';
import { addQueryCommand } from './commands/query.ts';
import { addReportCommand } from './commands/report.ts';
import { addRunCommand } from './commands/run.ts';
import { addScheduleCommand } from './commands/schedule.ts';
import { addSetupCommand } from './commands/setup.ts';
import { addWatchCommand } from './commands/watch.ts';
import { addWorkerCommand } from './commands/worker.ts';

/** The command line with all its commands. Wrong usage and help throw a CommanderError. */
export function buildProgram(): Command {
  const { version } = JSON.parse(
    readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
  ) as { version: string };
  const program = new Command('hashloom')
    .description('A corpus in, a hash-bucket index out: semantic hashing on Temporal.')
    .version(version, '-V, --version', 'print the version')
    .option('--address <host:port>', 'Temporal frontend (else TEMPORAL_ADDRESS or the profile)')
    .option('--namespace <name>', 'Temporal namespace (else TEMPORAL_NAMESPACE or the profile)')
    .option(
      '--profile <name>',
      'profile of the Temporal client configuration file (else TEMPORAL_PROFILE)',
    )
    .option('--no-color', 'no colours (NO_COLOR=1 does the same)')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print help of a command')
    .configureHelp({
      showGlobalOptions: true,
      // A flag is off unless given; saying so on every line helps nobody.
      optionDescription: (option) =>
        option.defaultValue === false ? option.description : new Help().optionDescription(option),
    })
    .showSuggestionAfterError(true)
    .exitOverride()
    // Wrong usage is reported below, in one place and as JSON where that was asked for.
    .configureOutput({ outputError: () => undefined })
    .hook('preAction', (_program, command) => {
      if (runsStages(command)) requireTemporaryFolder(process.env);
    })
    .addHelpText('after', EXIT_CODES);
  addDemoCommand(program);
  addInitCommand(program);
  addRunCommand(program);
  addPlanCommand(program);
  addWatchCommand(program);
  addCancelCommand(program);
  addDecisionCommands(program);
  addQueryCommand(program);
  addLookupCommand(program);
  addEncodeCommand(program);
  addIndexCommand(program);
  addReportCommand(program);
  addEvaluateCommand(program);
  addScheduleCommand(program);
  addExperimentCommand(program);
  addDevCommand(program);
  addWorkerCommand(program);
  addSetupCommand(program);
  return program;
}

/** Whether stages run in this process, which need a folder for temporary files. */
function runsStages(command: Command): boolean {
  return (
    ['demo', 'dev', 'worker'].includes(command.name()) ||
    command.opts<{ local?: boolean }>().local === true
  );
}

const EXIT_CODES = `
Exit codes:
  0  done
  1  anything not named below; for demo, a check that failed
  2  the configuration or the command line is wrong
  3  the corpus or the store is wrong; for query, an item that is not in the index
  4  the quality gate refused the index
  5  Temporal is not reachable, or nobody polls a queue that the run needs
  6  a run of the same index is under way
  130  Ctrl-C; what goes on and what does not is printed
`;
