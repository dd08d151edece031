import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { countInProcess } from './count-in-process.ts';
import { recordFigure } from '../record-figure.ts';

/**
 * All books from gzip to the affinity D and hard negatives, with the default settings, by a process
 * of two threads; a fresh process and a fresh store in each round. Beside it, in the same round,
 * `gunzip` of all books on one thread, so that a loaded machine shows. `--data FOLDER --files N
 * --rounds N --threads N`.
 */
export async function bench(options: Map<string, string>): Promise<void> {
  const data = resolve(
    options.get('data') ?? fileURLToPath(new URL('../../../../shared/data', import.meta.url)),
    'gutenberg',
  );
  const most = Number(options.get('files') ?? 1000);
  const rounds = Number(options.get('rounds') ?? 3);
  const threads = Number(options.get('threads') ?? 2);
  const folder = mkdtempSync(join(tmpdir(), 'hashloom-bench-'));
  const names = readdirSync(data)
    .filter((name) => name.endsWith('.txt.gz'))
    .toSorted()
    .slice(0, most);
  try {
    mkdirSync(join(folder, 'corpus'));
    for (const name of names) copyFileSync(join(data, name), join(folder, 'corpus', name));
    const taken: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const gunzipSeconds = gunzipAll(folder, names);
      const store = join(folder, `store-${round}`);
      const counted = await countInProcess({
        configuration: {
          index: 'bench',
          store: pathToFileURL(store).href,
          source: { path: pathToFileURL(join(folder, 'corpus')).href },
        } as never,
        threads,
        toNegatives: true,
      });
      rmSync(store, { recursive: true, force: true });
      const seconds = Object.values(counted.seconds).reduce((sum, value) => sum + value, 0);
      taken.push(seconds);
      const stages = Object.entries(counted.seconds).map(
        ([stage, value]) => `${stage} ${value.toFixed(2)} (${counted.cpuOf[stage]!.toFixed(2)})`,
      );
      process.stdout.write(
        `round ${round}: ${names.length} books, ${counted.tokens} words in ` +
          `${seconds.toFixed(2)} s, ${counted.cpuSeconds.toFixed(2)} of CPU: ` +
          `${stages.join(', ')}; ` +
          `${counted.maxRssMib.toFixed(0)} MiB; gunzip alone ${gunzipSeconds.toFixed(2)} s; ` +
          `load ${loadavg()[0]!.toFixed(1)}\n`,
      );
    }
    const command = `npm run bench -- gutenberg${names.length < 760 ? ` --files ${names.length}` : ''}`;
    recordFigure({
      name: 'gutenberg-to-affinity-s',
      value: Math.min(...taken),
      unit: `s from gzip to D and negatives, ${threads} threads, best of ${rounds}`,
      goal: '<= 60',
      command,
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function gunzipAll(folder: string, names: string[]): number {
  const started = performance.now();
  for (const name of names) gunzipSync(readFileSync(join(folder, 'corpus', name)));
  return (performance.now() - started) / 1000;
}
