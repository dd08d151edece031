import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { describe, it } from 'vitest';
import type { Filter, Payload } from '@hashloom/lookup';
import { RandomStream } from '../../../kernels/numbers/random.ts';
import { filterByFields } from '../../reference/filter-by-fields.ts';
import { buildIndex, openCounting, texts, words } from '../index-in-memory.ts';
import { withDelta } from '../index-with-delta.ts';

const FIELDS = { year: 'number', lang: 'string', inStock: 'boolean', tags: 'string[]' } as const;

const number = fc.integer({ min: 0, max: 4 });
const text = fc.constantFrom('', 'a', 'b', 'ä', 'c');
const values = { year: number, lang: text, inStock: fc.boolean(), tags: text } as const;
const ordered = (value: fc.Arbitrary<string | number>) =>
  ['$gt', '$gte', '$lt', '$lte'].map((name) => fc.record({ [name]: value }));

const condition: fc.Arbitrary<Filter> = fc.oneof(
  ...(Object.keys(FIELDS) as (keyof typeof FIELDS)[]).map((name) => {
    const value: fc.Arbitrary<string | number | boolean> = values[name];
    const list = fc.array(value, { maxLength: 3 });
    const hasOrder = name === 'year' || name === 'lang';
    return fc
      .oneof(
        value,
        fc.record({ $eq: value }),
        fc.record({ $ne: value }),
        fc.record({ $in: list, $exists: fc.boolean() }),
        fc.record({ $nin: list }),
        fc.record({ $exists: fc.boolean() }),
        ...(hasOrder ? ordered(values[name]) : []),
      )
      .map((given): Filter => ({ [name]: given }));
  }),
);

const { filter } = fc.letrec<{ filter: Filter }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    condition,
    fc.tuple(condition, condition).map(([a, b]): Filter => ({ ...a, ...b })),
    fc.array(tie('filter'), { minLength: 1, maxLength: 3 }).map(($and): Filter => ({ $and })),
    fc.array(tie('filter'), { minLength: 1, maxLength: 3 }).map(($or): Filter => ({ $or })),
    tie('filter').map(($not): Filter => ({ $not })),
    fc.constant({}),
  ),
}));

const payload: fc.Arbitrary<Payload> = fc
  .record(
    { year: number, lang: text, inStock: fc.boolean(), tags: fc.array(text, { maxLength: 3 }) },
    { requiredKeys: [] },
  )
  .map((given) => ({ ...given }));

const bitsApart = (a: number, b: number): number => (a ^ b).toString(2).replaceAll('0', '').length;

describe('query with a filter', () => {
  it('gives the nearest of those that pass, as looking at all does, cold, warm and with a delta', async () => {
    let filled = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(payload, { minLength: 2, maxLength: 40 }),
        fc.array(payload, { maxLength: 5 }),
        filter,
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 0, max: 2 ** 30 }),
        async (payloads, added, filter, topK, seed) => {
          const stream = new RandomStream(seed, 3);
          const strings = payloads.map((_, i) => `w${String(i).padStart(3, '0')}`);
          const codes = Uint8Array.from({ length: 2 * strings.length }, () => stream.below(256));
          const base = buildIndex({
            keys: words(...strings),
            codes,
            tables: 2,
            codeBytes: 1,
            payloads: texts(payloads.map((each) => JSON.stringify(each))),
            fields: FIELDS,
          });
          const items = new Map(
            strings.map((id, i) => [id, { code: codes.slice(2 * i, 2 * i + 2), of: payloads[i]! }]),
          );
          const change = added.map((of, i) => {
            const key =
              i % 2 === 0 ? `w${String(i).padStart(3, '0')}x` : strings[i % strings.length]!;
            const code = Uint8Array.of(stream.below(256), stream.below(256));
            items.set(key, { code, of });
            return { key, code, payload: JSON.stringify(of) };
          });
          const deleted = strings
            .slice(1)
            .filter((id, i) => i % 7 === 3 && !change.some(({ key }) => key === id));
          for (const id of deleted) items.delete(id);
          const { index: changed } = await withDelta(base, undefined, { deleted, added: change });
          const asked = strings[0]!;
          const own = items.get(asked)!.code;
          const nearest = [...items]
            .filter(([id, { of }]) => id !== asked && filterByFields(filter, of))
            .map(([id, { code }]) => ({
              id,
              distance: bitsApart(code[0]!, own[0]!) + bitsApart(code[1]!, own[1]!),
            }))
            .sort((a, b) => a.distance - b.distance || (a.id < b.id ? -1 : 1));
          const expected = nearest.slice(0, topK);
          if (expected.length === topK) filled++;
          const query = { id: asked, filter, topK, candidates: 1000 };
          const { index: cold } = openCounting(changed);
          const { index: warm } = openCounting(changed);
          await warm.warm();
          for (const index of [cold, cold, warm]) {
            const { matches, complete } = await index.query(query);
            assert.deepEqual(
              matches.map(({ id, distance }) => ({ id, distance })),
              expected,
            );
            assert.equal(complete, expected.length === topK);
          }
          const excluded = await warm.query({
            ...query,
            exclude: expected.slice(0, 1).map(({ id }) => id),
          });
          assert.deepEqual(
            excluded.matches.map(({ id }) => id),
            nearest.slice(1, topK + 1).map(({ id }) => id),
          );
        },
      ),
      { numRuns: 150 },
    );
    assert.ok(filled > 20, `${filled} were full`);
  });

  it('searches outward where many pass, and says where it cannot vouch for the nearest', async () => {
    const n = 60_000;
    const stream = new RandomStream(7, 3);
    const codes = Uint8Array.from({ length: 4 * n }, () => stream.below(256));
    const strings = Array.from({ length: n }, (_, i) => `w${10_000 + i}`);
    const filter: Filter = { part: { $lt: 95 } };
    for (const tables of [1, 2]) {
      const { index } = openCounting(
        buildIndex({
          keys: words(...strings),
          codes,
          tables,
          codeBytes: 4 / tables,
          payloads: texts(strings.map((_, i) => `{"part":${i % 100}}`)),
          fields: { part: 'number' },
        }),
      );
      await index.warm();
      const distanceOf = (i: number): number => {
        let sum = 0;
        for (let k = 0; k < 4; k++) sum += bitsApart(codes[4 * i + k]!, codes[k]!);
        return sum;
      };
      const nearest = strings
        .flatMap((_, i) => (i > 0 && i % 100 < 95 ? [distanceOf(i)] : []))
        .sort((a, b) => a - b)
        .slice(0, 10);
      const query = { id: 'w10000', filter, rank: 'hamming' } as const;
      const { matches, complete } = await index.query(query);
      for (const { id } of matches) assert.ok((Number(id.slice(1)) - 10_000) % 100 < 95);
      const distances = matches.map(({ distance }) => distance!);
      assert.equal(complete, tables === 1);
      if (complete) assert.deepEqual(distances, nearest);
      else assert.ok(distances.length === 10 && distances[0]! >= nearest[0]!);
      const whole = await index.query({ ...query, candidates: n });
      assert.deepEqual(
        [whole.matches.map(({ distance }) => distance), whole.complete],
        [nearest, true],
      );
    }
  });

  it('reads the columns of what it asks, and these once', async () => {
    const n = 20_000;
    const base = buildIndex({
      keys: words(...Array.from({ length: n }, (_, i) => `w${String(i).padStart(5, '0')}`)),
      codes: Uint8Array.from({ length: n }, (_, i) => (i * 37) % 251),
      tables: 1,
      codeBytes: 1,
      payloads: texts(
        Array.from({ length: n }, (_, i) =>
          JSON.stringify({ year: i % 100, url: `u/${i}/${'x'.repeat(300)}` }),
        ),
      ),
      fields: { year: 'number', url: 'string' },
    });
    assert.ok(base.parts.get('fields.bin')!.length < 1.1 * n);
    const { index, reads } = openCounting(base);
    const ofFields = () => reads.filter(({ part }) => part === 'fields.bin').length;
    const first = await index.query({ id: 'w00000', filter: { year: 7 }, include: ['payload'] });
    assert.equal(first.complete, true);
    for (const { payload } of first.matches) assert.equal((payload as Payload)['year'], 7);
    const before = ofFields();
    await index.query({ id: 'w00001', filter: { year: { $gt: 90 } } });
    assert.equal(ofFields(), before);
    // Its values are too many for a column: every payload is looked at, which memory has by now.
    const one = await index.query({
      id: 'w00000',
      filter: { url: `u/777/${'x'.repeat(300)}` },
    });
    assert.deepEqual([one.matches.map(({ id }) => id), one.complete], [['w00777'], false]);
    assert.equal(ofFields(), before);
  });

  it('filters buckets by the payloads that lie in them, without a look at columns', async () => {
    const n = 4000;
    const base = buildIndex({
      keys: words(...Array.from({ length: n }, (_, i) => `w${String(i).padStart(4, '0')}`)),
      codes: Uint8Array.from({ length: 2 * n }, (_, at) => (at >> 1) >> (at % 2 === 0 ? 3 : 11)),
      tables: 1,
      codeBytes: 2,
      payloads: texts(Array.from({ length: n }, (_, i) => `{"year":${i % 4}}`)),
      fields: { year: 'number' },
    });
    const { index, reads } = openCounting(base);
    const { matches, complete } = await index.query({
      id: 'w0801',
      rank: 'bucket',
      topK: 2,
      filter: { year: 2 },
    });
    assert.deepEqual([matches.map(({ id }) => id), complete], [['w0802', 'w0806'], true]);
    assert.ok(reads.every(({ part }) => part !== 'fields.bin'));
  });
});
