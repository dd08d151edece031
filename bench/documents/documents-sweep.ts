/**
 * `documents-sweep-min`: all methods x 8 to 128 bits x one seed on Reuters (reuters-20), from
 * nothing, as many trials at once as there are cores. `--folder`: where the data is; `--store`: an
 * empty folder where the trials are left for tables; `--method`, `--bits`: less than all, for a
 * trial of this bench.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { recordFigure } from '../record-figure.ts';

export async function bench(options: Map<string, string>): Promise<void> {
  const folder = options.get('folder') ?? '../shared/data';
  const methods = options.get('method') ?? 'all';
  const bits = options.get('bits') ?? '8,16,32,64,128';
  const home = await mkdtemp(join(tmpdir(), 'hashloom-bench-'));
  const store = options.get('store') ?? join(home, 'store');
  try {
    await mkdir(store, { recursive: true });
    if ((await readdir(store)).length > 0)
      throw new Error(`${store} is not empty: trials that are there would not be measured`);
    const started = performance.now();
    const program = fileURLToPath(new URL('../../cli/main.js', import.meta.url));
    const args = [
      program,
      'experiment',
      'documents',
      '--data',
      'reuters-20',
      '--bits',
      bits,
      '--method',
      methods,
      '--folder',
      folder,
      '--local',
      '--home',
      home,
      '--store',
      store,
    ];
    // A trial a core: libtensorflow's own threads would only wait for one another.
    const child = spawn(process.execPath, args, {
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, TF_NUM_INTRAOP_THREADS: '1' },
    });
    const [code] = (await once(child, 'exit')) as [number];
    if (code !== 0) throw new Error(`the sweep ended with ${code}`);
    const minutes = (performance.now() - started) / 60_000;
    if (methods === 'all' && bits === '8,16,32,64,128')
      recordFigure({
        name: 'documents-sweep-min',
        value: minutes,
        unit: 'minutes: all methods x 5 lengths x one seed on reuters-20',
        goal: '<= 60',
        command: 'npm run bench -- documents-sweep',
      });
    else process.stdout.write(`${minutes.toFixed(1)} minutes\n`);
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}
