/** Exit code where what was asked for could not be written. */
const EXIT_UNWRITTEN = 1;

/**
 * What to do with an output that can no longer be written: a reader that went away (`| head -1`) is
 * no error, a full disk is one and gets its line, if anybody can read it.
 */
export function exitCodeOfBrokenOutput(error: unknown): { code: number; line: string } | undefined {
  switch ((error as NodeJS.ErrnoException | undefined)?.code) {
    case 'EPIPE':
      return { code: 0, line: '' };
    case 'ENOSPC':
    case 'EDQUOT':
    case 'EIO':
    case 'EFBIG':
      return {
        code: EXIT_UNWRITTEN,
        line: `error: the output could not be written: ${(error as Error).message}\n`,
      };
    default:
      return undefined;
  }
}

/** Ends the process where its output breaks; anything else that goes wrong with it is thrown. */
export function endWithBrokenOutput(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      const end = exitCodeOfBrokenOutput(error);
      if (end === undefined) throw error;
      // Where standard error is what broke, nobody is left to be told.
      if (end.line !== '' && stream !== process.stderr) process.stderr.write(end.line);
      process.exit(end.code);
    });
}
