import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { loadLinkGraph } from '../../activities/affinity/load-link-graph.ts';
import type { LinkGraph } from '../../kernels/affinity/link-graph.ts';
import { RELATION, relateRows } from '../../kernels/affinity/relate-rows.ts';
import { RandomStream } from '../../kernels/numbers/random.ts';
import { openStore } from '../../store/open-store.ts';
import { recordFigure } from '../record-figure.ts';
import type { CountedCorpus } from './count-corpus.ts';
import { countInProcess } from './count-in-process.ts';
import { listBytes } from './list-bytes.ts';

/** Rows whose lists are compared with those of all postings. */
const COMPARED_ROWS = 1000;

/**
 * Ranked lists of neighbours of every word, from the D of all books, by a process of two threads; a
 * fresh process and a fresh store in each round. Then how much of the exact first 50 of `is like`
 * the budget of postings finds. `--data FOLDER --files N --rounds N --threads N`.
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
  const command = `npm run bench -- neighbours${most < names.length ? ` --files ${most}` : ''}`;
  try {
    mkdirSync(join(folder, 'corpus'));
    for (const name of names) copyFileSync(join(data, name), join(folder, 'corpus', name));
    const taken: number[] = [];
    let recall = 0;
    for (let round = 0; round < rounds; round++) {
      const store = pathToFileURL(join(folder, `store-${round}`)).href;
      const counted = await countInProcess({
        configuration: {
          index: 'bench',
          store,
          source: { path: pathToFileURL(join(folder, 'corpus')).href },
        } as never,
        threads,
        toLists: true,
      });
      const { bytes } = counted.lists!;
      taken.push(counted.seconds['relate']!);
      process.stdout.write(
        `round ${round}: ${counted.words} words in ${counted.seconds['relate']!.toFixed(2)} s, ` +
          `${counted.cpuOf['relate']!.toFixed(2)} of CPU, ${bytes} bytes, ` +
          `${(bytes / counted.words).toFixed(0)} a word, both relations; ` +
          `${counted.maxRssMib.toFixed(0)} MiB; load ${loadavg()[0]!.toFixed(1)}\n`,
      );
      if (round === 0) {
        recall = await recallOf(store, counted);
        recordBytes(await listBytes(openStore(store), counted), command);
      }
      rmSync(fileURLToPath(store), { recursive: true, force: true });
    }
    process.stdout.write(
      `is like: ${(100 * recall).toFixed(1)}% of the exact first 50 of ${COMPARED_ROWS} words\n`,
    );
    recordFigure({
      name: 'neighbours-s',
      value: Math.min(...taken),
      unit: `s for lists of 50 in two relations, ${threads} threads, best of ${rounds}`,
      goal: '<= 15',
      command,
    });
    recordFigure({
      name: 'neighbours-recall',
      value: recall,
      unit: 'of the exact first 50 of is like, found within the budget of postings',
      goal: '>= 0.93',
      command,
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function recordBytes(
  { items, entries, parquet, pages, withoutKeys }: Awaited<ReturnType<typeof listBytes>>,
  command: string,
): void {
  const perItem = (bytes: number): string => (bytes / items).toFixed(0);
  recordFigure({
    name: 'neighbours-bytes-an-item',
    value: pages / items,
    unit:
      `bytes of neighbours.pages an item with ${(entries / items).toFixed(1)} neighbours and their ` +
      `keys; ${perItem(withoutKeys)} are not keys; neighbours.parquet ${perItem(parquet)}`,
    goal: '<= 130, of 50 neighbours',
    command,
  });
}

async function recallOf(uri: string, { lists, words }: CountedCorpus): Promise<number> {
  const store = openStore(uri);
  const { input } = lists!;
  const budgeted = await loadLinkGraph(store, input, () => undefined);
  const postings = budgeted.columns.length;
  const exact = await loadLinkGraph(store, { ...input, postings }, () => undefined);
  const random = new RandomStream(1, 0);
  let [found, wanted] = [0, 0];
  for (let k = 0; k < COMPARED_ROWS; k++) {
    const row = random.below(words);
    const own = new Set(alike(budgeted, row, input.top));
    const all = alike(exact, row, input.top);
    wanted += all.length;
    found += all.filter((neighbour) => own.has(neighbour)).length;
  }
  return found / wanted;
}

function alike(graph: LinkGraph, row: number, top: number): number[] {
  const { relations, sizes, neighbours } = relateRows(graph, { from: row, to: row + 1, top });
  const list = relations.indexOf(RELATION.isLike);
  if (list < 0) return [];
  const start = list === 0 ? 0 : sizes[0]!;
  return [...neighbours.subarray(start, start + sizes[list]!)];
}
