/**
 * Queries of an index with ranked lists: warm in a loop and one by one, cold by what is read.
 * ITEMS (100,000 when absent) words with two lists of 50 each.
 *
 * Run as `node dist/bench/index/query.js [ITEMS]`.
 */

import type { RangeReader } from '@hashloom/lookup';
import { openParts } from '@hashloom/lookup/internal';
import { RandomStream } from '../../kernels/numbers/random.ts';
import { buildBucketPages, buildItemPages } from '../../kernels/pages/build-pages.ts';
import { buildBuckets } from '../../kernels/codes/build-buckets.ts';
import { buildNeighbourPages } from '../../kernels/pages/build-neighbour-pages.ts';
import type { PageFile } from '../../kernels/pages/layout.ts';
import type { ListColumns } from '../../kernels/pages/neighbour-entries.ts';
import { recordFigure } from '../record-figure.ts';
import { fixtureCodes, wordKeys } from './index-fixture.ts';

const ITEMS = Number(process.argv[2] ?? 100_000);
const TOP = 50;
const TABLES = 3;
const CODE_BYTES = 4;
const BATCH = 4096;
const ROUNDS = 5;
const COLD_QUERIES = 200;
const COMMAND = `node dist/bench/index/query.js ${ITEMS}`;

/** Neighbours are near one another in the order of words no more than by chance: the worst case. */
function randomColumns(items: number): ListColumns {
  const stream = new RandomStream(1, 6);
  const lists = 2 * items;
  const neighbours = new Int32Array(lists * TOP);
  for (let list = 0; list < lists; list++) {
    const own = new Set<number>();
    while (own.size < TOP) own.add(stream.below(items));
    neighbours.set(
      [...own].sort((a, b) => a - b),
      list * TOP,
    );
  }
  return {
    first: 0,
    end: items,
    items: Int32Array.from({ length: lists }, (_, list) => list >> 1),
    relations: Int32Array.from({ length: lists }, (_, list) => 1 + (list & 1)),
    scales: new Float32Array(lists).fill(7),
    starts: Int32Array.from({ length: lists + 1 }, (_, list) => list * TOP),
    neighbours,
    scores: Int32Array.from(neighbours, () => 1 + stream.below(255)),
    known: Int32Array.from(neighbours, () => stream.below(2)),
  };
}

function bytesOf(file: PageFile): Uint8Array {
  return Buffer.concat([...file.chunks()]);
}

function buildParts(): { parts: Map<string, Uint8Array>; words: string[] } {
  const { keys, words } = wordKeys(ITEMS, 1);
  const codes = fixtureCodes('learned', ITEMS, TABLES, CODE_BYTES, 1);
  const options = { keys, tables: TABLES, identity: new Uint8Array(16).fill(7) };
  const parts = new Map([['items.pages', bytesOf(buildItemPages(codes, CODE_BYTES, options))]]);
  for (let table = 0; table < TABLES; table++)
    parts.set(
      `buckets-${table}.pages`,
      bytesOf(buildBucketPages(buildBuckets(codes, TABLES, CODE_BYTES, table), options)),
    );
  const lists = { ...options, codeBytes: CODE_BYTES, payloads: false };
  parts.set('neighbours.pages', bytesOf(buildNeighbourPages(randomColumns(ITEMS), lists)));
  return { parts, words };
}

const { parts, words } = buildParts();
const manifest = {
  format: 1,
  index: 'bench',
  version: 1,
  kind: 'word',
  items: ITEMS,
  tables: TABLES,
  bits: 8 * CODE_BYTES,
  parts: [...parts].map(([name, bytes]) => ({ name, path: name, bytes: bytes.length })),
  lineage: [{ stage: 'export', key: '07'.repeat(16) }],
};
const fetchPart = (name: string): RangeReader => ({
  read: (start, end) => Promise.resolve(parts.get(name)!.subarray(start, end)),
});
const stream = new RandomStream(2, 1);
const asked = Array.from({ length: 200_000 }, () => words[stream.below(ITEMS)]!);

const index = openParts({ manifest, fetchPart });
const started = performance.now();
const warm = await index.warm();
process.stdout.write(
  `warm in ${(performance.now() - started).toFixed(0)} ms, ` +
    `${(index.stats().heldBytes / 2 ** 20).toFixed(0)} MiB\n`,
);
let batched = 0;
let single = 0;
let sum = 0;
for (let round = 0; round < ROUNDS; round++) {
  let begun = performance.now();
  let out;
  for (let at = 0; at + BATCH <= asked.length; at += BATCH) {
    out = warm.queryBatch(asked.slice(at, at + BATCH), { ...(out && { out }) });
    sum += out.ids[0]! + out.counts[BATCH - 1]!;
  }
  const whole = Math.floor(asked.length / BATCH) * BATCH;
  batched = Math.max(batched, (1000 * whole) / (performance.now() - begun));
  begun = performance.now();
  for (let at = 0; at < 20_000; at++) sum += (await index.query({ id: asked[at]! })).matches.length;
  single = Math.max(single, (1000 * 20_000) / (performance.now() - begun));
}
if (Number.isNaN(sum)) throw new Error('a query read outside of its list');
recordFigure({
  name: 'query-id-per-s',
  value: batched,
  unit: `queries a second, warm, top 10 in flat arrays (${single.toFixed(0)} one by one with texts)`,
  goal: '>= 500000',
  command: COMMAND,
});

let rounds = 0;
let most = 0;
for (let q = 0; q < COLD_QUERIES; q++) {
  const { usage } = await openParts({ manifest, fetchPart }).query({ id: asked[q]! });
  rounds = Math.max(rounds, usage.rounds - 1);
  most = Math.max(most, usage.bytes);
}
recordFigure({
  name: 'cold-rounds',
  value: rounds,
  unit: 'rounds of reads after the header, of an id, at most',
  goal: '<= 2',
  command: COMMAND,
});
recordFigure({
  name: 'cold-kib',
  value: most / 1024,
  unit: 'KiB read of an id, header and all, at most',
  goal: '<= 64',
  command: COMMAND,
});
