import type { HashIndex } from '@hashloom/lookup';
import { openParts } from '@hashloom/lookup/internal';
import { RandomStream } from '../../kernels/numbers/random.ts';
import { buildBucketPages, buildItemPages } from '../../kernels/pages/build-pages.ts';
import { buildBuckets } from '../../kernels/codes/build-buckets.ts';
import { buildNeighbourPages } from '../../kernels/pages/build-neighbour-pages.ts';
import type { PageFile } from '../../kernels/pages/layout.ts';
import { recordFigure } from '../record-figure.ts';
import { fixtureCodes, wordKeys } from './index-fixture.ts';
import { randomLists } from './list-fixture.ts';

const TOP = 50;
const TABLES = 3;
const CODE_BYTES = 4;
const BATCH = 4096;
const ROUNDS = 5;
const COLD_QUERIES = 200;

/**
 * Queries of an index with ranked lists: warm in a loop and one by one, cold by what is read. Words
 * with two lists of 50 each. `npm run bench -- query [--items N]`.
 */
export async function bench(options: Map<string, string>): Promise<void> {
  const items = Number(options.get('items') ?? 100_000);
  const command = `npm run bench -- query${options.has('items') ? ` --items ${items}` : ''}`;
  const { open, words } = buildIndex(items);
  const stream = new RandomStream(2, 1);
  const asked = Array.from({ length: 200_000 }, () => words[stream.below(items)]!);
  await measureWarm(open(), asked, command);
  await measureCold(open, asked.slice(0, COLD_QUERIES), command);
}

async function measureWarm(index: HashIndex, asked: string[], command: string): Promise<void> {
  const started = performance.now();
  const warm = await index.warm();
  process.stdout.write(
    `warm in ${(performance.now() - started).toFixed(0)} ms, ` +
      `${(index.stats().heldBytes / 2 ** 20).toFixed(0)} MiB\n`,
  );
  let [batched, single, sum] = [0, 0, 0];
  for (let round = 0; round < ROUNDS; round++) {
    let begun = process.cpuUsage();
    let out;
    for (let at = 0; at + BATCH <= asked.length; at += BATCH) {
      out = warm.queryBatch(asked.slice(at, at + BATCH), { ...(out && { out }) });
      sum += out.ids[0]! + out.counts[BATCH - 1]!;
    }
    const whole = Math.floor(asked.length / BATCH) * BATCH;
    batched = Math.max(batched, whole / cpuSince(begun));
    begun = process.cpuUsage();
    for (let at = 0; at < 20_000; at++)
      sum += (await index.query({ id: asked[at]! })).matches.length;
    single = Math.max(single, 20_000 / cpuSince(begun));
  }
  if (Number.isNaN(sum)) throw new Error('a query read outside of its list');
  recordFigure({
    name: 'query-id-per-s',
    value: batched,
    unit:
      'queries a second of processor time, warm, top 10 in flat arrays ' +
      `(${single.toFixed(0)} one by one with texts)`,
    goal: '>= 500000',
    command,
  });
}

async function measureCold(open: () => HashIndex, asked: string[], command: string): Promise<void> {
  let [rounds, most] = [0, 0];
  for (const id of asked) {
    const { usage } = await open().query({ id });
    rounds = Math.max(rounds, usage.rounds);
    most = Math.max(most, usage.bytes);
  }
  recordFigure({
    name: 'cold-rounds',
    value: rounds,
    unit: 'rounds of reads of an id after the index is open, at most',
    goal: '<= 2',
    command,
  });
  recordFigure({
    name: 'cold-kib',
    value: most / 1024,
    unit: 'KiB read of an id after the index is open, at most',
    goal: '<= 64',
    command,
  });
}

function buildIndex(items: number): { open: () => HashIndex; words: string[] } {
  const { keys, words } = wordKeys(items, 1);
  const codes = fixtureCodes('learned', items, TABLES, CODE_BYTES, 1);
  const options = { keys, tables: TABLES, identity: new Uint8Array(16).fill(7) };
  const parts = new Map([['items.pages', bytesOf(buildItemPages(codes, CODE_BYTES, options))]]);
  for (let table = 0; table < TABLES; table++)
    parts.set(
      `buckets-${table}.pages`,
      bytesOf(buildBucketPages(buildBuckets(codes, TABLES, CODE_BYTES, table), options)),
    );
  const lists = { ...options, codeBytes: CODE_BYTES, payloads: false };
  parts.set('neighbours.pages', bytesOf(buildNeighbourPages(randomLists(items, TOP, 2), lists)));
  const manifest = {
    format: 1,
    index: 'bench',
    version: 1,
    kind: 'word',
    items,
    tables: TABLES,
    bits: 8 * CODE_BYTES,
    parts: [...parts].map(([name, bytes]) => ({
      name,
      path: name,
      bytes: bytes.length,
      // As a run publishes it.
      head: Buffer.from(bytes.subarray(0, 128)).toString('base64'),
    })),
    lineage: [{ stage: 'export', key: '07'.repeat(16) }],
  };
  const open = () =>
    openParts({
      manifest,
      fetchPart: (name) => ({
        read: (start, end) => Promise.resolve(parts.get(name)!.subarray(start, end)),
      }),
    });
  return { open, words };
}

function bytesOf(file: PageFile): Uint8Array {
  return Buffer.concat([...file.chunks()]);
}

function cpuSince(begun: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(begun);
  return (user + system) / 1e6;
}
