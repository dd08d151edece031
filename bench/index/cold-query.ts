import type { QueryAnswer } from '@hashloom/lookup';
import { openIndex } from '@hashloom/lookup';
import { RandomStream } from '../../kernels/numbers/random.ts';
import { buildItemPages } from '../../kernels/pages/build-pages.ts';
import { buildNeighbourPages } from '../../kernels/pages/build-neighbour-pages.ts';
import { openStore } from '../../store/open-store.ts';
import { buildCells } from '../../test/lookup/cells/cells-in-memory.ts';
import { recordFigure } from '../record-figure.ts';
import { fixtureCodes, idKeys, wordKeys } from './index-fixture.ts';
import { randomLists } from './list-fixture.ts';
import { publishFixture } from './publish-fixture.ts';
import { startSlowS3 } from './slow-s3.ts';
import { clusteredSet } from './vector-sets.ts';

const TOP = 50;
const TABLES = 3;
const CODE_BYTES = 4;
const KEY = '07'.repeat(16);
/** Of test/lookup/cells/cells-in-memory.ts. */
const CELLS_KEY = '000102030405060708090a0b0c0d0e0f';

/**
 * Milliseconds from `openIndex` to the answer of a reader that has read nothing before, over an S3
 * server that answers as late as S3 does: an id of words with two lists of 50, and a vector of 128
 * dimensions. `npm run bench -- cold-query [--items N] [--queries N]`.
 */
export async function bench(options: Map<string, string>): Promise<void> {
  const items = Number(options.get('items') ?? 1_000_000);
  const queries = Number(options.get('queries') ?? 200);
  const s3 = await startSlowS3('bench');
  try {
    Object.assign(process.env, s3.fast);
    const words = await publishWords(items);
    const vectors = await publishVectors(items, queries);
    Object.assign(process.env, s3.slow);
    const stream = new RandomStream(2, 1);
    const byId = await askAll(queries, 'words', () => ({ id: words[stream.below(items)]! }));
    record('id', items, byId);
    const byVector = await askAll(queries, 'vectors', (q) => ({ vector: vectors[q]! }));
    record('vector', items, byVector);
  } finally {
    s3.stop();
  }
}

interface ColdAnswer {
  ms: number;
  usage: QueryAnswer['usage'];
}

async function askAll(
  queries: number,
  index: string,
  asked: (q: number) => { id: string } | { vector: Float32Array },
): Promise<ColdAnswer[]> {
  const answers: ColdAnswer[] = [];
  // The first loads the client of S3, which a process does once.
  for (let q = -1; q < queries; q++) {
    const query = asked(Math.max(0, q));
    const begun = performance.now();
    const reader = await openIndex(`s3://bench/indexes/${index}`);
    const { matches, usage } = await reader.query({ ...query, topK: 10 });
    if (matches.length !== 10) throw new Error(`expected 10 matches, got ${matches.length}`);
    if (q >= 0) answers.push({ ms: performance.now() - begun, usage });
    await reader.close();
  }
  return answers;
}

function record(kind: 'id' | 'vector', items: number, answers: readonly ColdAnswer[]): void {
  const sorted = answers.map(({ ms }) => ms).toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))]!;
  const mean = (of: (usage: QueryAnswer['usage']) => number): string =>
    (answers.reduce((sum, { usage }) => sum + of(usage), 0) / answers.length).toFixed(1);
  const rounds = Math.max(...answers.map(({ usage }) => usage.rounds));
  const unit =
    `ms from openIndex to 10 matches of ${kind === 'id' ? 'an id' : 'a vector'} among ${items}; ` +
    `one read and ${rounds} rounds after it, ${mean((usage) => usage.requests)} requests of ` +
    `${mean((usage) => usage.bytes / 1024)} KiB`;
  const command = 'npm run bench -- cold-query';
  const suffix = kind === 'id' ? '' : '-vector';
  const rival = 'an S3 server behind a delay of 63 ms (p99 78) to the first byte and 50 MB/s';
  const figure = { unit, rival, command };
  recordFigure({ ...figure, name: `cold-p50-ms${suffix}`, value: at(0.5), goal: '<= 200' });
  recordFigure({ ...figure, name: `cold-p99-ms${suffix}`, value: at(0.99), goal: 'beside p50' });
}

async function publishWords(items: number): Promise<string[]> {
  const { keys, words } = wordKeys(items, 1);
  const codes = fixtureCodes('learned', items, TABLES, CODE_BYTES, 1);
  const options = { keys, tables: TABLES, identity: Buffer.from(KEY, 'hex') };
  const lists = { ...options, codeBytes: CODE_BYTES, payloads: false };
  await publishFixture(
    openStore('s3://bench'),
    { ...SHAPE, index: 'words', kind: 'word', items, lineage: [{ stage: 'export', key: KEY }] },
    [
      ['items.pages', buildItemPages(codes, CODE_BYTES, options).chunks()],
      ['neighbours.pages', buildNeighbourPages(randomLists(items, TOP, 2), lists).chunks()],
    ],
  );
  return words;
}

async function publishVectors(items: number, queries: number): Promise<Float32Array[]> {
  const { vectors, dimensions, queries: asked } = clusteredSet(items, queries);
  const cells = Math.max(Math.round(4 * Math.sqrt(items)), Math.round(items / 256));
  const files = buildCells(vectors, { dimensions, cells, keys: idKeys(items) });
  const lineage = [
    { stage: 'export', key: KEY },
    { stage: 'cells', key: CELLS_KEY },
  ];
  await publishFixture(
    openStore('s3://bench'),
    { ...SHAPE, index: 'vectors', kind: 'id', items, lineage },
    [
      ['cells.map', [files.map]],
      ['cells.bin', [files.bin]],
    ],
  );
  return Array.from({ length: queries }, (_, q) =>
    asked.subarray(q * dimensions, (q + 1) * dimensions),
  );
}

const SHAPE = { tables: TABLES, bits: 8 * CODE_BYTES };
