/**
 * What a newcomer waits: `npm run demo` after `npm ci` in a fresh clone, and the same command
 * again. The clone of the last commit lies in a folder whose name has a space, `#`, `%` and an
 * umlaut. `--runs 3`: of each, the median is recorded.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { medianOf } from '../kernels/numbers/median.ts';
import { recordFigure } from './record-figure.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export async function bench(options: Map<string, string>): Promise<void> {
  const runs = Number(options.get('runs') ?? 3);
  const folder = await mkdtemp(join(tmpdir(), 'hashloom #1 100% für '));
  const clone = join(folder, 'clone');
  const demo = () => secondsOf('npm', ['run', '--silent', 'demo', '--', '--json'], clone);
  try {
    await secondsOf('git', ['clone', '--quiet', ROOT, clone], folder);
    await secondsOf('npm', ['ci', '--prefer-offline'], clone);
    const [first, again]: [number[], number[]] = [[], []];
    for (let run = 0; run < runs; run++) {
      // The first time includes the build and every stage, as after the clone.
      for (const name of ['dist', 'hashloom-demo'])
        await rm(join(clone, name), { recursive: true, force: true });
      first.push(await demo());
      again.push(await demo());
    }
    record('demo-first-s', first, 'npm run demo in a fresh clone after npm ci', '<= 75');
    record('demo-again-s', again, 'npm run demo again, every stage from its artifact', '<= 6');
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** How long a program takes; its lines go to standard error. Throws where it fails. */
async function secondsOf(program: string, words: string[], cwd: string): Promise<number> {
  const started = performance.now();
  const child = spawn(program, words, { cwd, stdio: ['ignore', 'ignore', 'inherit'] });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`${program} ${words.join(' ')} ended with code ${String(code)}`);
  return (performance.now() - started) / 1000;
}

function record(name: string, seconds: number[], what: string, goal: string): void {
  process.stdout.write(`${name}: ${seconds.map((value) => value.toFixed(1)).join(', ')} s\n`);
  recordFigure({
    name,
    value: medianOf(seconds),
    unit: `seconds, ${what}, median of ${seconds.length}`,
    goal,
    command: 'npm run bench -- demo',
  });
}
