import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { gunzipSync } from 'node:zlib';
import { list } from '../../activities/corpus/list.ts';
import { configuration } from '../../schemas/configuration.ts';
import { benchContext } from './ingest-worker.ts';
import { recordFigure } from '../record-figure.ts';

const BATCH_FILES = 8;

/**
 * Gzip text to token shards in the store, on two threads; beside it, in the same round, `gunzip`
 * alone on one thread, so that a loaded machine shows. `--data FOLDER --files N --threads N
 * --rounds N`.
 */
export async function bench(options: Map<string, string>): Promise<void> {
  const data = resolve(
    options.get('data') ?? fileURLToPath(new URL('../../../../shared/data', import.meta.url)),
  );
  const most = Number(options.get('files') ?? 1000);
  const threads = Number(options.get('threads') ?? 2);
  const rounds = Number(options.get('rounds') ?? 3);
  const folder = await mkdtemp(join(tmpdir(), 'hashloom-bench-'));
  const workers = Array.from(
    { length: threads },
    () => new Worker(new URL('./ingest-worker.js', import.meta.url), { workerData: 'ingest' }),
  );
  try {
    await Promise.all(workers.map((worker) => once(worker, 'message')));
    const rates: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const store = pathToFileURL(join(folder, String(round))).href;
      const path = `${pathToFileURL(join(data, 'gutenberg')).href}/*.txt.gz`;
      const settings = configuration.parse({ index: 'bench', store, source: { path } });
      const { source, tokens, documents } = settings;
      const listed = await list({ store, force: false, configuration: settings }, benchContext);
      const files = Math.min(most, listed.rows);
      const { bytes, seconds: gunzipSeconds } = gunzipAll(data, files);
      const cpu = process.cpuUsage();
      const started = performance.now();
      let next = 0;
      await Promise.all(
        workers.map(async (worker) => {
          while (next < files) {
            const from = next;
            next = Math.min(next + BATCH_FILES, files);
            worker.postMessage({
              store,
              force: false,
              files: listed.artifact,
              source,
              tokens,
              documents,
              from,
              to: next,
            });
            await once(worker, 'message');
          }
        }),
      );
      const seconds = (performance.now() - started) / 1000;
      const used = process.cpuUsage(cpu);
      const cpuSeconds = (used.user + used.system) / 1e6;
      rates.push(bytes / 1e6 / seconds);
      process.stdout.write(
        `round ${round}: ${(bytes / 1e6).toFixed(1)} MB of ${files} files in ` +
          `${seconds.toFixed(2)} s, ${(bytes / 1e6 / seconds).toFixed(1)} MB/s; ` +
          `${cpuSeconds.toFixed(2)} s of CPU, ${(bytes / 1e6 / cpuSeconds).toFixed(1)} MB a ` +
          `CPU second; gunzip alone ${(bytes / 1e6 / gunzipSeconds).toFixed(0)} MB/s; load ` +
          `${loadavg()[0]!.toFixed(1)}\n`,
      );
    }
    const value = Math.max(...rates);
    recordFigure({
      name: 'ingest-mb-per-s',
      value,
      unit: `MB of text a second, ${threads} threads, best of ${rounds}`,
      goal: '>= 60',
      command: `npm run bench -- ingest --files ${most} --threads ${threads}`,
    });
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
    await rm(folder, { recursive: true, force: true });
  }
}

function gunzipAll(data: string, most: number): { bytes: number; seconds: number } {
  let bytes = 0;
  const started = performance.now();
  const folder = join(data, 'gutenberg');
  const names = readdirSync(folder)
    .filter((name) => name.endsWith('.txt.gz'))
    .sort();
  for (const name of names.slice(0, most))
    bytes += gunzipSync(readFileSync(join(folder, name))).length;
  return { bytes, seconds: (performance.now() - started) / 1000 };
}
