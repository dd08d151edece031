import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import { writeNeighbourPages } from '../../../activities/index/neighbour-pages.ts';
import { buildNeighbourPages } from '../../../kernels/pages/build-neighbour-pages.ts';
import { type KeyColumn, storedKeys } from '../../../kernels/pages/keys.ts';
import { neighbourEntries } from '../../../kernels/pages/neighbour-entries.ts';
import { bytesOf, ids, IDENTITY, words } from '../../lookup/index-in-memory.ts';
import { blockOf, randomLists } from '../../lookup/query/random-lists.ts';

const SHAPE = {
  tables: 2,
  codeBytes: 1,
  payloads: false,
  identity: Uint8Array.from(Buffer.from(IDENTITY, 'hex')),
};

describe('neighbours.pages', () => {
  it('has these bytes for three words, as the page on the format says', () => {
    const file = buildNeighbourPages(
      {
        first: 0,
        end: 3,
        items: Int32Array.of(0, 1),
        relations: Int32Array.of(1, 1),
        scales: Float32Array.of(2, 3),
        starts: Int32Array.of(0, 1, 3),
        neighbours: Int32Array.of(1, 0, 2),
        scores: Int32Array.of(255, 255, 85),
        known: Int32Array.of(1, 1, 0),
      },
      { ...SHAPE, keys: words('pepper', 'salt', 'œil'), pageBytes: 2048 },
    );
    const bytes = bytesOf(file);
    assert.equal(bytes.length, 4096);
    const page = Buffer.from(bytes.subarray(2048, 2048 + 96)).toString('hex');
    assert.equal(page, PAGE);
    assert.equal(bytes[10], 3);
  });

  it('is the same streamed, however little fits in memory, with lists in the overflow', async () => {
    const scratch = await mkdtemp(join(tmpdir(), 'hashloom-neighbours-'));
    try {
      for (const { keys, items, top } of [
        { keys: manyWords(3000), items: 3000, top: 60 },
        { keys: manyIds(2000), items: 2000, top: 20 },
        { keys: words(), items: 0, top: 1 },
      ]) {
        const { columns } = randomLists(items, { top, relations: [1, 2], seed: items });
        const built = buildNeighbourPages(columns, { ...SHAPE, keys });
        if (top === 60) assert.ok(built.overflowBytes > 0, 'no list is in the overflow');
        for (const memoryBytes of [1, 200_000, 2 ** 30]) {
          const file = join(scratch, 'neighbours.pages');
          const blocks = async function* () {
            for (let first = 0; first < items; first += 512) {
              await Promise.resolve();
              yield blockOf(columns, first, Math.min(items, first + 512));
            }
          };
          const entries = await writeNeighbourPages(file, {
            plan: {
              items,
              tables: 2,
              bits: 8,
              kind: keys.kind,
              hasPayloads: false,
              itemBlocks: 1,
              bounds: [],
              ranges: [],
              parts: [],
            },
            keys: storedKeys(keys),
            blocks: blocks(),
            listEntries: columns.neighbours.length,
            identity: SHAPE.identity,
            memoryBytes,
            place: (name) => join(scratch, name),
            onProgress: () => undefined,
          });
          assert.equal(entries, items);
          assert.ok(Buffer.compare(await readFile(file), bytesOf(built)) === 0, `${memoryBytes}`);
        }
      }
    } finally {
      await rm(scratch, { recursive: true });
    }
  });

  it('takes little more than its lists, in reads of 48 KiB', () => {
    const items = 20_000;
    const { columns } = randomLists(items, { top: 75, relations: [1, 2], seed: 1 });
    const file = buildNeighbourPages(columns, { ...SHAPE, keys: manyWords(items) });
    assert.ok((file.reach + 1) * file.pageBytes <= 49_152);
    const entries = neighbourEntries(
      columns,
      { ...storedKeys(manyWords(items)), idsAlone: false },
      Infinity,
      0,
    );
    const share = file.totalBytes / entries.finalBytes;
    assert.ok(share < 1.15, `${file.totalBytes} bytes of ${entries.finalBytes}`);
  });

  it('refuses lists of other items than the keys', () => {
    const { columns } = randomLists(3, { top: 1, relations: [1], seed: 1 });
    assert.throws(
      () => buildNeighbourPages(columns, { ...SHAPE, keys: words('a', 'b') }),
      /lists: expected items 0 to 2, got 0 to 3/,
    );
  });
});

const manyWords = (count: number): KeyColumn =>
  words(
    ...Array.from(
      { length: count },
      (_, i) => `word${String(i).padStart(6, '0')}${i % 100 === 0 ? 'x'.repeat(300) : ''}`,
    ),
  );

const manyIds = (count: number): KeyColumn =>
  ids(...Array.from({ length: count }, (_, i) => BigInt(i) * 1_000_003n - 77n));

/** Checksum, page 0, 3 entries and their ends; pepper, salt, œil; then zeros. */
const PAGE = [
  '8a30bbe3',
  '00000000',
  '03000000',
  '2a004a005100',
  ['706570706572', '02', '01', '00000040', '01', '01', 'ff', '01', '000473616c74', '0600'],
  ['73616c74', '02', '01', '00004040', '02', '0002', 'ff55', '01'],
  ['0006706570706572', '0004c593696c', '0400'],
  ['c593696c', '00', '0400'],
]
  .flat()
  .join('')
  .padEnd(192, '0');
