import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { openIndex } from '@hashloom/lookup';
import { medianOf } from '../../kernels/numbers/median.ts';
import { RandomStream } from '../../kernels/numbers/random.ts';
import { buildItemPages } from '../../kernels/pages/build-pages.ts';
import { buildNeighbourPages } from '../../kernels/pages/build-neighbour-pages.ts';
import { openStore } from '../../store/open-store.ts';
import { recordFigure } from '../record-figure.ts';
import { fixtureCodes, idKeys } from './index-fixture.ts';
import { randomLists } from './list-fixture.ts';
import { publishFixture } from './publish-fixture.ts';

const TOP = 10;
const TABLES = 3;
const CODE_BYTES = 4;
const KEY = '07'.repeat(16);
const OPENINGS = 50;

/**
 * Milliseconds from `openIndex` to the ten matches of an id, from a local folder: ids with one list
 * of ten each, because longer ones change nothing but the size of the file. `npm run bench --
 * open-query [--items N]`.
 */
export async function bench(options: Map<string, string>): Promise<void> {
  const items = Number(options.get('items') ?? 10_000_000);
  const folder = mkdtempSync(join(tmpdir(), 'hashloom-bench-'));
  try {
    await publish(folder, items);
    const { values } = idKeys(items) as { values: BigInt64Array };
    const stream = new RandomStream(3, 1);
    const taken: number[] = [];
    for (let k = 0; k < OPENINGS; k++) {
      const id = String(values[stream.below(items)]);
      const begun = performance.now();
      await using index = await openIndex(join(folder, 'indexes', 'ids'));
      const { matches } = await index.query({ id, topK: TOP });
      taken.push(performance.now() - begun);
      if (matches.length !== TOP) throw new Error(`expected ${TOP} matches of ${id}`);
    }
    recordFigure({
      name: 'open-first-answer-ms',
      value: taken[0]!,
      unit:
        `ms, the first of ${OPENINGS} readers of ${items} items by query() ` +
        `(median ${medianOf(taken).toFixed(1)}, at most ${Math.max(...taken.slice(1)).toFixed(1)})`,
      goal: '<= 50',
      command: 'npm run bench -- open-query',
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function publish(folder: string, items: number): Promise<void> {
  const keys = idKeys(items);
  const codes = fixtureCodes('learned', items, TABLES, CODE_BYTES, 1);
  const options = { keys, tables: TABLES, identity: Buffer.from(KEY, 'hex') };
  const lists = { ...options, codeBytes: CODE_BYTES, payloads: false };
  const facts = { index: 'ids', kind: 'id', items, tables: TABLES, bits: 8 * CODE_BYTES } as const;
  await publishFixture(
    openStore(pathToFileURL(folder).href),
    { ...facts, lineage: [{ stage: 'export', key: KEY }] },
    [
      ['items.pages', buildItemPages(codes, CODE_BYTES, options).chunks()],
      ['neighbours.pages', buildNeighbourPages(randomLists(items, TOP, 1), lists).chunks()],
    ],
  );
}
