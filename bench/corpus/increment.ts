import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { CountedCorpus } from './count-corpus.ts';
import { countInProcess } from './count-in-process.ts';
import { recordFigure } from '../record-figure.ts';

/**
 * Ingestion and counting after 1% of the files were added to a corpus whose version is published,
 * beside all files from nothing, in turn. `--data FOLDER --files N --rounds N`.
 */
export async function bench(options: Map<string, string>): Promise<void> {
  const data = resolve(
    options.get('data') ?? fileURLToPath(new URL('../../../../shared/data', import.meta.url)),
    'gutenberg',
  );
  const most = Number(options.get('files') ?? 1000);
  const rounds = Number(options.get('rounds') ?? 2);
  const folder = mkdtempSync(join(tmpdir(), 'hashloom-bench-'));
  const names = readdirSync(data)
    .filter((name) => name.endsWith('.txt.gz'))
    .toSorted()
    .slice(0, most);
  const added = names.filter((_, at) => at % 100 === 50);
  const corpus = join(folder, 'corpus');
  const run = async (store: string): Promise<CountedCorpus> =>
    await countInProcess({
      configuration: {
        index: 'bench',
        store: pathToFileURL(join(folder, store)).href,
        source: { path: pathToFileURL(corpus).href },
      } as never,
      publish: true,
    });
  const timeOf = ({ seconds }: CountedCorpus) => seconds['ingest']! + seconds['count']!;
  const put = (some: string[]) =>
    some.forEach((name) => copyFileSync(join(data, name), join(corpus, name)));
  try {
    const shares: number[] = [];
    for (let round = 0; round < rounds; round++) {
      for (const store of ['store', 'whole'])
        rmSync(join(folder, store), { recursive: true, force: true });
      rmSync(corpus, { recursive: true, force: true });
      mkdirSync(corpus);
      put(names.filter((name) => !added.includes(name)));
      await run('store');
      put(added);
      const increment = await run('store');
      const whole = await run('whole');
      shares.push(timeOf(increment) / timeOf(whole));
      process.stdout.write(
        `round ${round}: ${added.length} of ${names.length} files added: ingest ` +
          `${increment.seconds['ingest']!.toFixed(2)} s, count ` +
          `${increment.seconds['count']!.toFixed(2)} s; ` +
          `all from nothing: ingest ${whole.seconds['ingest']!.toFixed(2)} s, count ` +
          `${whole.seconds['count']!.toFixed(2)} s; load ${loadavg()[0]!.toFixed(1)}\n`,
      );
    }
    const command = `npm run bench -- increment${names.length < 760 ? ` --files ${names.length}` : ''}`;
    recordFigure({
      name: 'increment-share',
      value: Math.min(...shares),
      unit: 'of the time for ingestion and counting of all files, after 1% of them were added',
      goal: '<= 0.1',
      command,
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
