import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import * as fc from 'fast-check';
import type { Neighbours } from '@hashloom/lookup';
import { RandomStream } from '../../../kernels/numbers/random.ts';
import { distanceByBits, withinByBits } from '../../reference/hamming-by-bits.ts';
import { buildIndex, ids, openCounting, words } from '../index-in-memory.ts';

interface Shape {
  items: number;
  tables: number;
  codeBytes: number;
  /**
   * Codes are these many centres with up to `noise` bits flipped: learned codes; 0 centres: uniform
   * ones.
   */
  centres: number;
  noise: number;
  seed: number;
}

function makeCodes({ items, tables, codeBytes, centres, noise, seed }: Shape): Uint8Array {
  const stream = new RandomStream(seed, 1);
  const palette = Array.from({ length: centres }, () =>
    Uint8Array.from({ length: codeBytes }, () => stream.below(256)),
  );
  const codes = new Uint8Array(items * tables * codeBytes);
  for (let at = 0; at < codes.length; at += codeBytes) {
    if (centres === 0) for (let k = 0; k < codeBytes; k++) codes[at + k] = stream.below(256);
    else codes.set(palette[stream.below(centres)]!, at);
    for (let flip = stream.below(noise + 1); flip > 0; flip--)
      codes[at + stream.below(codeBytes)]! ^= 1 << stream.below(8);
  }
  return codes;
}

const pairs = ({ numbers, distances }: Neighbours) =>
  Array.from(numbers, (number, i) => ({ number, distance: distances[i]! }));

async function checkSearch(shape: Shape, queries: number, radii: number[]): Promise<void> {
  const { items, tables, codeBytes, seed } = shape;
  const codes = makeCodes(shape);
  const keys = words(...Array.from({ length: items }, (_, i) => `w${i}`));
  const { index } = openCounting(buildIndex({ keys, codes, tables, codeBytes }));
  const resident = await index.load();
  const stream = new RandomStream(seed, 2);
  const codeOf = (item: number, table: number) =>
    codes.slice((item * tables + table) * codeBytes, (item * tables + table + 1) * codeBytes);
  for (let q = 0; q < queries; q++) {
    const table = stream.below(tables);
    const ofTable = Array.from({ length: items }, (_, item) => codeOf(item, table));
    const item = stream.below(items);
    const query = codeOf(item, table);
    if (q % 3 === 0) query[stream.below(codeBytes)]! ^= 1 << stream.below(8);
    for (const radius of radii) {
      const expected = withinByBits(ofTable, query, radius);
      assert.deepEqual(pairs(resident.withinCode(table, query, radius)), expected);
      assert.deepEqual(
        pairs(resident.withinCode(table, query, radius, { limit: 3 })),
        expected.slice(0, 3),
      );
    }
    const k = 1 + stream.below(12);
    assert.deepEqual(
      pairs(resident.nearestCode(table, query, k)),
      withinByBits(ofTable, query, 8 * codeBytes).slice(0, k),
    );
    const least = Array.from({ length: items }, (_, other) => ({
      number: other,
      distance: Math.min(
        ...Array.from({ length: tables }, (_, t) =>
          distanceByBits(codeOf(other, t), codeOf(item, t)),
        ),
      ),
    }))
      .filter(({ number }) => number !== item)
      .sort((a, b) => a.distance - b.distance || a.number - b.number);
    assert.deepEqual(
      pairs(resident.within(item, radii[0]!)),
      least.filter(({ distance }) => distance <= radii[0]!),
    );
    assert.deepEqual(pairs(resident.nearest(item, k)), least.slice(0, k));
    assert.deepEqual(
      await index.nearest(`w${item}`, k),
      least.slice(0, k).map(({ number, distance }) => ({ item: `w${number}`, distance })),
    );
    const many = ofTable.slice(0, 70);
    for (const limit of q === 0 ? [Infinity, 2] : []) {
      const all = resident.withinCodes(table, Buffer.concat(many), radii[0]!, { limit });
      assert.deepEqual(
        pairs(all),
        many.flatMap((code) => withinByBits(ofTable, code, radii[0]!).slice(0, limit)),
      );
    }
    const batch = resident.withinCodes(table, Buffer.concat([query, codeOf(item, table)]), 2);
    const two = [
      resident.withinCode(table, query, 2),
      resident.withinCode(table, codeOf(item, table), 2),
    ];
    assert.deepEqual(
      [...batch.ends],
      [two[0]!.numbers.length, two[0]!.numbers.length + two[1]!.numbers.length],
    );
    assert.deepEqual(pairs(batch), two.flatMap(pairs));
  }
}

describe('an index in memory', () => {
  it('finds within a radius and nearest exactly what counting bits finds, for any shape', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 80 }),
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 1, max: 32 }),
        fc.integer({ min: 0, max: 6 }),
        fc.integer({ min: 0, max: 9 }),
        fc.integer(),
        async (items, tables, codeBytes, centres, noise, seed) => {
          await checkSearch({ items, tables, codeBytes, centres, noise, seed }, 3, [
            0,
            2,
            5,
            8 * codeBytes,
          ]);
        },
      ),
      { numRuns: 60 },
    );
  });

  for (const codeBytes of [2, 4, 8, 12, 32]) {
    it(`probes substrings of ${8 * codeBytes} bits with the same result, uniform and learned`, async () => {
      await checkSearch(
        { items: 6000, tables: 1, codeBytes, centres: 0, noise: 0, seed: 1 },
        4,
        [0, 1, 2, 3, 7],
      );
      await checkSearch(
        { items: 6000, tables: 1, codeBytes, centres: 900, noise: 6, seed: 2 },
        4,
        [0, 1, 2, 3, 7],
      );
    });
  }

  it('answers lookups as the paged index does, one by one and in batches, as views', async () => {
    const strings = [
      'salt',
      'œil',
      '',
      'x'.repeat(300),
      ...Array.from({ length: 700 }, (_, i) => `w${i}`),
    ];
    const codes = makeCodes({
      items: strings.length,
      tables: 3,
      codeBytes: 3,
      centres: 40,
      noise: 1,
      seed: 3,
    });
    const { index } = openCounting(
      buildIndex({ keys: words(...strings), codes, tables: 3, codeBytes: 3 }),
    );
    const resident = await index.load();
    const queries = [...strings, 'nothing', 'w700', '\ud800'];
    const view = resident.lookupBatch(queries);
    for (const [q, query] of queries.entries()) {
      const answer = await index.lookup(query);
      assert.deepEqual(resident.lookup(query), answer);
      assert.equal(view.numbers[q], answer.id ?? -1);
      for (let table = 0; table < 3; table++) {
        const start = view.starts[3 * q + table]!;
        const numbers = [
          ...resident.lists[table]!.subarray(start, start + view.counts[3 * q + table]!),
        ];
        assert.deepEqual(
          numbers
            .filter((number) => number !== answer.id)
            .map((number) => resident.keys.textOf(number)),
          answer.buckets[table]?.items ?? [],
        );
        if (answer.id !== null) assert.equal(resident.bucketStart(answer.id, table), start);
      }
    }
    assert.equal(resident.lookupBatch(queries, view), view);
    const starts = new Int32Array(5);
    const sought = Buffer.concat([
      codes.subarray(0, 3),
      codes.subarray(9, 12),
      Uint8Array.of(1, 2, 3),
      codes.subarray(0, 3),
      codes.subarray(18, 21),
    ]);
    resident.codeBatch(0, sought, starts);
    for (let q = 0; q < 5; q++) {
      const code = sought.subarray(3 * q, 3 * q + 3);
      assert.equal(starts[q], resident.codeStart(0, code));
      assert.deepEqual(
        [...resident.itemsOf(0, code)].map((number) => resident.keys.textOf(number)),
        (await index.lookupCode(0, code)).items,
      );
    }
    assert.ok(resident.heldBytes() > 0);
  });

  it('takes ids as bigint and in decimal', async () => {
    const { index } = openCounting(
      buildIndex({
        keys: ids(-9223372036854775808n, -1n, 0n, 7n),
        codes: Uint8Array.of(1, 2, 1, 1),
        tables: 1,
        codeBytes: 1,
      }),
    );
    const resident = await index.load();
    assert.deepEqual(
      [
        resident.keys.find(-1n),
        resident.keys.find('7'),
        resident.keys.find(8n),
        resident.keys.find(2n ** 63n),
        resident.keys.find('x'),
      ],
      [1, 3, -1, -1, -1],
    );
    assert.deepEqual(resident.lookup('7'), await index.lookup('7'));
    assert.deepEqual([...resident.lookupBatch([0n, '-1', 5n]).numbers], [2, 1, -1]);
  });

  it('refuses what cannot be, and an index of no items finds nothing', async () => {
    const { index } = openCounting(
      buildIndex({ keys: words(), codes: new Uint8Array(0), tables: 2, codeBytes: 4 }),
    );
    const resident = await index.load();
    assert.deepEqual(pairs(resident.withinCode(1, new Uint8Array(4), 32)), []);
    assert.deepEqual(pairs(resident.nearestCode(0, new Uint8Array(4), 3)), []);
    assert.deepEqual(await index.within('salt', 2), []);
    assert.throws(
      () => resident.withinCode(2, new Uint8Array(4), 1),
      /table: expected 0 to 1, got 2/,
    );
    assert.throws(
      () => resident.withinCode(0, new Uint8Array(3), 1),
      /code: expected 4 bytes, got 3/,
    );
    assert.throws(() => resident.withinCode(0, new Uint8Array(4), -1), /radius/);
    assert.throws(() => resident.nearestCode(0, new Uint8Array(4), 0), /k: expected/);
    assert.throws(() => resident.bucketStart(0, 0), /item number/);
  });
});
