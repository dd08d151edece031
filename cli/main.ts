#!/usr/bin/env node
import { CommanderError } from 'commander';
import { buildProgram } from './program.ts';
import { endWithBrokenOutput } from './terminal/broken-output.ts';
import { reportError } from './terminal/report-error.ts';

/** What still holds the process open so long after a command is done is not worth waiting for. */
const LINGER_MS = 2_000;

async function main(argv: string[]): Promise<number> {
  try {
    await buildProgram().parseAsync(argv);
    return Number(process.exitCode ?? 0);
  } catch (error) {
    // Help and version end this way, with 0; help that was printed because no command was named is
    // wrong usage, already explained.
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    if (error instanceof CommanderError && error.code === 'commander.help') return 2;
    return reportError(error, argv.includes('--json'));
  }
}

endWithBrokenOutput();

process.exitCode = await main(process.argv);
setTimeout(() => process.exit(), LINGER_MS).unref();
