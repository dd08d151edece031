import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The repository, as seen from dist/. */
const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/**
 * What `hashloom experiment ... --local --json` tells, run in the repository; its progress goes to
 * standard error. What it made is kept, so one that was stopped goes on where it was.
 */
export async function runExperiment<Outcome>(
  names: readonly string[],
  options: Readonly<Record<string, string>>,
): Promise<Outcome> {
  const given = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
  const child = spawn(
    process.execPath,
    ['dist/cli/main.js', 'experiment', ...names, ...given, '--local', '--json'],
    { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`the experiment ended with code ${String(code)}`);
  return JSON.parse(out) as Outcome;
}
