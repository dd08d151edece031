import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import * as fc from 'fast-check';
import { IndexFormatError } from '@hashloom/lookup';
import { openParts } from '@hashloom/lookup/internal';
import { RandomStream } from '../../kernels/numbers/random.ts';
import { buildIndex, ids, type IndexShape, openCounting, words } from './index-in-memory.ts';

const reader = (parts: Map<string, Uint8Array>) => (name: string) => ({
  read: (start: number, end: number) => Promise.resolve(parts.get(name)!.slice(start, end)),
});

const SPICES: IndexShape = {
  keys: words('salt', 'pepper', 'œil', 'thyme'),
  codes: Uint8Array.of(0xa5, 0x01, 0xa5, 0x02, 0x10, 0x01, 0xa5, 0x01),
  tables: 2,
  codeBytes: 1,
};

describe('lookup', () => {
  it(
    'answers by hand: buckets by table without the query, the union by shared tables and then ' +
      'by number',
    async () => {
      const { index } = openCounting(buildIndex(SPICES));
      assert.deepEqual(await index.lookup('salt'), {
        query: 'salt',
        found: true,
        id: 0,
        buckets: [
          { table: 0, code: 'a5', items: ['pepper', 'thyme'] },
          { table: 1, code: '01', items: ['œil', 'thyme'] },
        ],
        items: ['thyme', 'pepper', 'œil'],
      });
      assert.deepEqual((await index.lookup('œil')).items, ['salt', 'thyme']);
      assert.deepEqual(await index.lookup('Salt'), {
        query: 'Salt',
        found: false,
        id: null,
        buckets: [],
        items: [],
      });
      assert.equal((await index.lookup('')).found, false);
      assert.equal((await index.lookup('\ud800')).found, false);
    },
  );

  it('answers a code, and refuses a code or table that cannot be', async () => {
    const { index } = openCounting(buildIndex(SPICES));
    assert.deepEqual(await index.lookupCode(0, 'A5'), {
      table: 0,
      code: 'a5',
      items: ['salt', 'pepper', 'thyme'],
    });
    assert.deepEqual(await index.lookupCode(1, Uint8Array.of(2)), {
      table: 1,
      code: '02',
      items: ['pepper'],
    });
    assert.deepEqual((await index.lookupCode(1, '03')).items, []);
    await assert.rejects(index.lookupCode(2, '03'), /table: expected 0 to 1, got 2/);
    await assert.rejects(index.lookupCode(0, '0303'), /expected 2 hexadecimal digits, got "0303"/);
    await assert.rejects(index.lookupCode(0, 'zz'), RangeError);
  });

  it(
    'gives of a bucket over the cap its size alone, without reading its list, and answers from ' +
      'the other tables',
    async () => {
      const { manifest, parts } = buildIndex(SPICES);
      const { index } = openCounting({ manifest: { ...manifest, maximumBucket: 2 }, parts });
      const answer = await index.lookup('pepper');
      assert.deepEqual(answer, {
        query: 'pepper',
        found: true,
        id: 1,
        buckets: [
          { table: 0, code: 'a5', items: [], tooLarge: 3 },
          { table: 1, code: '02', items: [] },
        ],
        items: [],
      });
      assert.deepEqual(await index.lookupCode(0, 'a5'), {
        table: 0,
        code: 'a5',
        items: [],
        tooLarge: 3,
      });
      assert.deepEqual((await index.load()).lookup('pepper'), answer);
      assert.deepEqual(
        (await index.within('pepper', 0)).map(({ item }) => item),
        ['salt', 'thyme'],
      );
      for (const maximumBucket of [3, Infinity])
        assert.deepEqual(
          await openParts({
            manifest: { ...manifest, maximumBucket: 2 },
            fetchPart: reader(parts),
            maximumBucket,
          }).lookup('pepper'),
          await openCounting({ manifest, parts }).index.lookup('pepper'),
        );
      for (const maximumBucket of [0, -1, '2', 1.5])
        assert.throws(
          () => openCounting({ manifest: { ...manifest, maximumBucket }, parts }),
          /maximumBucket to be a whole number from 1/,
        );

      const many = Array.from(
        { length: 400 },
        (_, i) => `a word that takes its room ${String(i).padStart(3, '0')}`,
      );
      const large = buildIndex({
        keys: words(...many),
        codes: new Uint8Array(400).fill(7),
        tables: 1,
        codeBytes: 1,
      });
      const opened = openCounting({
        manifest: { ...large.manifest, maximumBucket: 399 },
        parts: large.parts,
      });
      assert.equal((await opened.index.lookup(many[0]!)).buckets[0]!.tooLarge, 400);
      const bytes = opened.reads
        .filter(({ part }) => part === 'buckets-0.pages')
        .reduce((sum, { start, end }) => sum + end - start, 0);
      assert.ok(bytes < 400 * 30, `${bytes} bytes read of a list of ${400 * 30}`);
    },
  );

  it('does not take a replacement character for a lone surrogate', async () => {
    const { index } = openCounting(
      buildIndex({ ...SPICES, keys: words('\ufffd', '\ufeffa', 'a', '') }),
    );
    assert.equal((await index.lookup('\ud800')).found, false);
    assert.equal((await index.lookup('\ufffd')).id, 0);
    assert.equal((await index.lookup('\ufeffa')).id, 1);
    assert.equal((await index.lookup('')).id, 3);
    assert.deepEqual((await index.lookup('a')).items, ['\ufffd', '']);
  });

  it('takes 64-bit ids in decimal', async () => {
    const keys = ids(-9223372036854775808n, 0n, 5n, 9223372036854775807n);
    const { index } = openCounting(buildIndex({ ...SPICES, keys }));
    assert.deepEqual((await index.lookup('5')).items, [
      '-9223372036854775808',
      '9223372036854775807',
    ]);
    for (const query of ['05', '-0', '5.0', ' 5', '9223372036854775808', '', 'salt', '1e3'])
      assert.equal((await index.lookup(query)).found, false, query);
  });

  it('opens an index of no items', async () => {
    const { index } = openCounting(
      buildIndex({ keys: words(), codes: new Uint8Array(0), tables: 3, codeBytes: 4 }),
    );
    assert.equal((await index.lookup('salt')).found, false);
    assert.deepEqual((await index.lookupCode(2, '00000000')).items, []);
  });

  it('finds every item and exactly its buckets, whatever the keys, tables, bits and page size', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.string({ unit: 'binary', maxLength: 12 }), { maxLength: 60 }),
        fc.integer({ min: 1, max: 8 }),
        fc.integer({ min: 1, max: 32 }),
        fc.constantFrom(512, 1024, 4096),
        fc.integer({ min: 1, max: 20 }),
        fc.integer(),
        async (strings, tables, codeBytes, pageBytes, distinct, seed) => {
          await checkAll(strings, { tables, codeBytes, pageBytes, distinct, seed });
        },
      ),
      { numRuns: 150 },
    );
  });

  it('finds every item where all share one bucket', async () => {
    await checkAll(
      Array.from({ length: 2000 }, (_, i) => `w${i}`),
      { tables: 2, codeBytes: 4, pageBytes: 2048, distinct: 1, seed: 1 },
    );
  });
});

describe('reads', () => {
  it(
    'are one of an item and at most two a table after the headers, 16 KiB beside the lists of ' +
      'large buckets',
    async () => {
      const items = 20_000;
      const stream = new RandomStream(9, 1);
      const strings = Array.from({ length: items }, (_, i) => `word${i}`);
      // A few codes for a third of the items: buckets of up to 2,000 beside small ones.
      const codes = Uint8Array.from({ length: items * 3 * 4 }, (_, k) =>
        k % 4 === 0 ? stream.below(3) : 0,
      );
      for (let i = 0; i < items * 3; i++)
        if (stream.below(3) > 0) new DataView(codes.buffer).setUint32(4 * i, stream.u32());
      const built = buildIndex({ keys: words(...strings), codes, tables: 3, codeBytes: 4 });
      let most = 0;
      for (let i = 0; i < items; i += 61) {
        const { index, reads } = openCounting(built);
        const { buckets } = await index.lookup(`word${i}`);
        const headers = reads.filter(({ start, end }) => start === 0 && end === 128);
        const rest = reads.filter((read) => !headers.includes(read));
        assert.equal(headers.length, 4);
        assert.equal(rest.filter(({ part }) => part === 'items.pages').length, 1);
        let beside = 0;
        for (let table = 0; table < 3; table++) {
          const ofTable = rest.filter(({ part }) => part === `buckets-${table}.pages`);
          assert.ok(
            ofTable.length <= (buckets[table]!.items.length > 30 ? 2 : 1),
            `${ofTable.length} reads for ${buckets[table]!.items.length} items`,
          );
          most = Math.max(most, ofTable.length);
          beside += ofTable[0]!.end - ofTable[0]!.start;
        }
        beside += rest[0]!.end - rest[0]!.start;
        assert.ok(beside <= 16_384, `${beside} bytes`);
      }
      assert.equal(most, 2);
    },
  );

  it('are shared: headers once, pages kept up to the limit, and a failed read is tried again', async () => {
    const built = buildIndex(SPICES);
    const { index, reads } = openCounting(built);
    await Promise.all([index.lookup('salt'), index.lookup('salt'), index.lookup('thyme')]);
    assert.equal(reads.length, 6);
    const few = openCounting(buildIndex({ ...SPICES, pageBytes: 512 }), 0);
    await few.index.lookup('salt');
    await few.index.lookup('salt');
    assert.equal(few.reads.length, 3 + 2 * 3);
    const bytes = built.parts.get('items.pages')!;
    const broken = {
      ...built,
      parts: new Map([...built.parts, ['items.pages', bytes.slice(0, 64)]]),
    };
    const again = openCounting(broken);
    await assert.rejects(again.index.lookup('salt'), IndexFormatError);
    broken.parts.set('items.pages', bytes.slice(0, -1));
    await assert.rejects(
      again.index.lookup('salt'),
      /items\.pages at byte 1024: expected 1024 bytes, got 1023: the part is truncated/,
    );
    broken.parts.set('items.pages', bytes);
    assert.equal((await again.index.lookup('salt')).id, 0);
  });
});

async function checkAll(
  strings: string[],
  {
    tables,
    codeBytes,
    pageBytes,
    distinct,
    seed,
  }: { tables: number; codeBytes: number; pageBytes: number; distinct: number; seed: number },
) {
  const stream = new RandomStream(seed, 1);
  const sane = [...new Set(strings.map((text) => Buffer.from(text).toString()))];
  const palette = Array.from({ length: distinct }, () =>
    Array.from({ length: codeBytes }, () => stream.below(256)),
  );
  const codes = Uint8Array.from(
    Array.from({ length: sane.length * tables }, () => palette[stream.below(distinct)]!).flat(),
  );
  // 8 tables of 256 bits need a page that holds their entry.
  const { index } = openCounting(
    buildIndex({ keys: words(...sane), codes, tables, codeBytes, pageBytes }),
  );
  const codeOf = (item: number, table: number) =>
    Buffer.from(
      codes.subarray((item * tables + table) * codeBytes, (item * tables + table + 1) * codeBytes),
    ).toString('hex');
  const step = Math.max(1, Math.floor(sane.length / 50));
  for (let item = 0; item < sane.length; item += step) {
    const answer = await index.lookup(sane[item]!);
    assert.equal(answer.id, item);
    const union = new Map<number, number>();
    for (let table = 0; table < tables; table++) {
      const code = codeOf(item, table);
      const others = sane
        .map((_, other) => other)
        .filter((other) => other !== item && codeOf(other, table) === code);
      assert.deepEqual(answer.buckets[table], {
        table,
        code,
        items: others.map((other) => sane[other]),
      });
      for (const other of others) union.set(other, (union.get(other) ?? 0) + 1);
    }
    assert.deepEqual(
      answer.items,
      [...union].sort((a, b) => b[1] - a[1] || a[0] - b[0]).map(([other]) => sane[other]),
    );
  }
}
