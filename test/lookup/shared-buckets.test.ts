import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import { RandomStream } from '../../kernels/numbers/random.ts';
import { buildIndex, openCounting, words } from './index-in-memory.ts';

const TABLES = 3;
const CODE_BYTES = 2;
const STRIDE = TABLES * CODE_BYTES;
const ITEMS = 120;

/** Codes that often repeat within an item and meet across tables. */
function fixture(seed: number) {
  const stream = new RandomStream(seed, 3);
  const keys = Array.from({ length: ITEMS }, (_, n) => `w${String(n).padStart(3, '0')}`);
  const codes = Uint8Array.from({ length: ITEMS * STRIDE }, () => stream.below(4) * 9);
  const codeOf = (item: number, table: number) =>
    codes.subarray(item * STRIDE + table * CODE_BYTES, item * STRIDE + (table + 1) * CODE_BYTES);
  const { index } = openCounting(
    buildIndex({
      keys: words(...keys),
      codes,
      tables: TABLES,
      codeBytes: CODE_BYTES,
      pageBytes: 512,
      shared: true,
    }),
  );
  return { keys, codeOf, index };
}

const TABLE_NUMBERS = Array.from({ length: TABLES }, (_, table) => table);

function distance(a: Uint8Array, b: Uint8Array): number {
  return a.reduce((sum, byte, k) => sum + (byte ^ b[k]!).toString(2).replaceAll('0', '').length, 0);
}

describe('an index whose codes meet across tables', () => {
  it('answers with what has any code of the query in any table, from pages and from memory', async () => {
    for (let seed = 1; seed <= 5; seed++) {
      const { keys, codeOf, index } = fixture(seed);
      const resident = await index.load();
      for (let item = 0; item < ITEMS; item++) {
        const meets = (other: number, table: number) =>
          other !== item &&
          TABLE_NUMBERS.some((t) => Buffer.compare(codeOf(other, t), codeOf(item, table)) === 0);
        const answer = await index.lookup(keys[item]!);
        for (const table of TABLE_NUMBERS)
          assert.deepEqual(
            answer.buckets[table]!.items,
            keys.filter((_, other) => meets(other, table)),
          );
        assert.deepEqual(resident.lookup(keys[item]!), answer);
        const start = resident.bucketStart(item, 0);
        assert.equal(resident.lists[0]![start - 1], answer.buckets[0]!.items.length + 1);
      }
      const code = codeOf(7, 2);
      const having = keys.filter((_, other) =>
        TABLE_NUMBERS.some((t) => Buffer.compare(codeOf(other, t), code) === 0),
      );
      for (const table of TABLE_NUMBERS) {
        assert.deepEqual((await index.lookupCode(table, code)).items, having);
        assert.deepEqual(
          [...resident.itemsOf(table, code)].map((number) => keys[number]),
          having,
        );
      }
    }
  });

  it('finds by Hamming distance as counting over all pairs of codes does', async () => {
    for (let seed = 6; seed <= 9; seed++) {
      const { keys, codeOf, index } = fixture(seed);
      const resident = await index.load();
      const pairs = TABLE_NUMBERS.flatMap((own) =>
        TABLE_NUMBERS.map((their) => [own, their] as const),
      );
      for (const item of [0, 5, 60, ITEMS - 1]) {
        const all = keys
          .map((key, other) => ({
            item: key,
            other,
            distance: Math.min(
              ...pairs.map(([own, their]) => distance(codeOf(item, own), codeOf(other, their))),
            ),
          }))
          .filter(({ other }) => other !== item)
          .sort((a, b) => a.distance - b.distance || a.other - b.other)
          .map(({ item, distance }) => ({ item, distance }));
        for (const radius of [0, 1, 3])
          assert.deepEqual(
            await index.within(keys[item]!, radius),
            all.filter((near) => near.distance <= radius),
          );
        assert.deepEqual(await index.within(keys[item]!, 3, { limit: 4 }), all.slice(0, 4));
        for (const k of [1, 7, 40])
          assert.deepEqual(await index.nearest(keys[item]!, k), all.slice(0, k));
        const code = codeOf(item, 1);
        const { numbers, distances } = resident.withinCode(2, code, 2);
        const expected = keys.map((_, other) =>
          Math.min(...TABLE_NUMBERS.map((their) => distance(code, codeOf(other, their)))),
        );
        assert.equal(numbers.length, expected.filter((least) => least <= 2).length);
        numbers.forEach((number, i) => assert.equal(distances[i], expected[number]));
        const batch = resident.withinCodes(0, Buffer.concat([code, codeOf(3, 0)]), 2);
        assert.deepEqual([...batch.numbers.subarray(0, batch.ends[0])], [...numbers]);
        assert.deepEqual(
          [...batch.numbers.subarray(batch.ends[0], batch.ends[1])],
          [...resident.withinCode(1, codeOf(3, 0), 2).numbers],
        );
        assert.equal(resident.nearestCode(0, code, 9).numbers.length, 9);
      }
    }
  });
});
