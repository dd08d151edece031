import { spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

interface ProgramResult {
  /** The exit code; undefined when it did not start or was ended by a signal. */
  code: number | undefined;
  stdout: string;
  stderr: string;
  /** Why it has no exit code. */
  reason?: string;
}

/**
 * Runs a program to its end, with nothing on its standard input; it is ended after `timeoutMs`.
 * Never throws.
 */
export function runProgram(
  path: string,
  args: string[],
  options: { environment: NodeJS.ProcessEnv; timeoutMs: number },
): Promise<ProgramResult> {
  return new Promise((resolve) => {
    const child = spawn(path, args, {
      env: options.environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    // Spawn's own timeout would hold this process for its whole length when the program does not
    // start.
    const timer = setTimeout(() => child.kill('SIGKILL'), options.timeoutMs);
    const output = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
    child.once('error', (error) => finish({ code: undefined, ...output, reason: error.message }));
    child.once('close', (code, signal) => {
      if (code !== null) finish({ code, ...output });
      else
        finish({
          code: undefined,
          ...output,
          reason: `ended by ${signal} (it may take ${options.timeoutMs / 1000} s at most)`,
        });
    });

    function finish(result: ProgramResult): void {
      clearTimeout(timer);
      resolve(result);
    }
  });
}

/** The file that a shell would run under this name, or undefined. */
export async function findOnPath(
  name: string,
  environment: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  for (const folder of (environment.PATH ?? '').split(delimiter).filter((entry) => entry !== '')) {
    const file = join(folder, name);
    if (await isExecutable(file)) return file;
  }
  return undefined;
}

export async function isExecutable(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}

/** The last line that says something: where programs put the reason of their failure. */
export function lastLine(text: string): string {
  return (
    text
      .split('\n')
      .findLast((line) => line.trim() !== '')
      ?.trim() ?? ''
  );
}
