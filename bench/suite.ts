/**
 * `npm test`, so many times in a row (`--runs 10`), the last `--busy 2` of them beside a busy loop
 * on each core: how long it takes, and how many runs fail.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { medianOf } from '../kernels/numbers/median.ts';
import { recordFigure } from './record-figure.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export async function bench(options: Map<string, string>): Promise<void> {
  const runs = Number(options.get('runs') ?? 10);
  const busy = Number(options.get('busy') ?? 2);
  const quiet: number[] = [];
  let failed = 0;
  for (let run = 0; run < runs; run++) {
    const isBusy = run >= runs - busy;
    const loops = isBusy ? cpus().map(busyLoop) : [];
    try {
      const { seconds, code, last } = await runTests();
      if (code !== 0) failed += 1;
      else if (!isBusy) quiet.push(seconds);
      const beside = isBusy ? ' beside busy loops' : '';
      process.stdout.write(`run ${run + 1}${beside}: ${seconds.toFixed(0)} s, ${last}\n`);
    } finally {
      for (const loop of loops) loop.kill('SIGKILL');
    }
  }
  const command = `npm run bench -- suite --runs ${runs} --busy ${busy}`;
  recordFigure({
    name: 'test-flaky',
    value: failed,
    unit: `of ${runs} runs of npm test in a row failed, ${busy} of them beside a busy loop a core`,
    goal: '0 of 10',
    command,
  });
  if (quiet.length > 0) {
    recordFigure({
      name: 'test-s',
      value: medianOf(quiet),
      unit: `seconds, npm test, median of ${quiet.length}`,
      goal: '<= 300',
      command,
    });
  }
}

/** It ends with this process, however that ends. */
function busyLoop(): ChildProcess {
  const script = `while (process.ppid === ${process.pid});`;
  return spawn(process.execPath, ['-e', script], { stdio: 'ignore' });
}

/** One run of the tests; what it says goes to standard error, so that a failure can be read. */
async function runTests(): Promise<{ seconds: number; code: number | null; last: string }> {
  const started = performance.now();
  const child = spawn('npm', ['test'], { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] });
  let tail = '';
  child.stdout.on('data', (chunk: Buffer) => {
    process.stderr.write(chunk);
    tail = (tail + chunk.toString()).slice(-500);
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return {
    seconds: (performance.now() - started) / 1000,
    code,
    last: tail.trim().split('\n').at(-1) ?? '',
  };
}
