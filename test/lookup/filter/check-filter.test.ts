import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import { type Filter, QueryError } from '@hashloom/lookup';
import { buildIndex, openCounting, texts, words } from '../index-in-memory.ts';

const FIELDS = { year: 'number', lang: 'string', inStock: 'boolean', tags: 'string[]' } as const;
const SHAPE = { keys: words('a', 'b'), codes: Uint8Array.of(1, 1), tables: 1, codeBytes: 1 };
const payloads = texts(['{"year":2020,"tags":["x"]}', '{"lang":"<script>alert(1)</script>"}']);

function deep(levels: number): unknown {
  let filter: unknown = { year: 1 };
  for (let level = 1; level < levels; level++) filter = { $and: [filter] };
  return filter;
}

describe('a filter that cannot be', () => {
  const cyclic: { $and: unknown[] } = { $and: [] };
  cyclic.$and.push(cyclic);
  const cases: [string, unknown, RegExp][] = [
    [
      'a field that is not there',
      { yaer: 2020 },
      /filter: the index has no field "yaer", only year \(number\), lang \(string\), .*did you mean year\?/,
    ],
    ['a field of all objects', JSON.parse('{"__proto__":1}'), /no field "__proto__"/],
    ['toString', { toString: 'x' }, /no field "toString"/],
    [
      'a text for a number',
      { year: '2020' },
      /year: the field is number, expected a number, got "/,
    ],
    ['NaN', { year: { $gt: Number.NaN } }, /year\.\$gt: the field is number.*got NaN/],
    ['a number in a list', { tags: { $in: ['a', 3] } }, /tags\.\$in\[1\]: the field is string\[\]/],
    ['a list for $eq', { tags: ['a'] }, /tags: expected a string, or \{ \$in: \[\.\.\.\] \}/],
    ['null', { lang: null }, /lang: expected a string, or \{ \$exists: false \}.*got null/],
    ['undefined', { lang: undefined }, /lang: expected a string.*got undefined/],
    ['an order of booleans', { inStock: { $gt: true } }, /inStock\.\$gt: the field is boolean/],
    ['an order of lists', { tags: { $lt: 'a' } }, /tags\.\$lt: the field is string\[\]/],
    ['a wrong operator', { year: { $gth: 1 } }, /year\.\$gth: expected one of .*mean \$gt\?/],
    ['no operator', { year: {} }, /year: expected one of \$eq/],
    ['an operator at the top', { $gt: 3 }, /\$gt stands under a field/],
    ['a wrong logical operator', { $nor: [] }, /\$nor is none of \$and, \$or, \$not/],
    ['$exists of a text', { year: { $exists: 'yes' } }, /year\.\$exists: expected true or false/],
    ['$and of an object', { $and: { year: 1 } }, /\$and: expected a list of filters/],
    ['$or of nothing', { $or: [] }, /\$or: expected a list of filters, got \[\]/],
    ['$in of a value', { year: { $in: 3 } }, /year\.\$in: expected a list, got 3/],
    ['a text', 'year > 3', /filter: expected an object such as \{ year: 2020 \}, got "year > 3"/],
    ['17 levels', deep(17), /filter: more than 16 levels/],
    ['a ring', cyclic, /filter: more than 16 levels/],
    [
      '257 conditions',
      {
        $or: Array.from({ length: 2 }, () => ({
          $or: Array.from({ length: 129 }, () => ({ year: 1 })),
        })),
      },
      /filter: more than 256 conditions/,
    ],
    [
      'a large $and',
      { $and: Array.from({ length: 1e6 }, () => ({})) },
      /filter: more than 256 conditions/,
    ],
    ['a long list', { year: { $in: Array(10_001).fill(1) } }, /at most 10000 values/],
  ];
  for (const [what, filter, message] of cases)
    it(`with ${what} says what may be, before anything is read`, async () => {
      const { index, reads } = openCounting(buildIndex({ ...SHAPE, payloads, fields: FIELDS }));
      await assert.rejects(
        index.query({ id: 'a', filter: filter as Filter }),
        (error) => error instanceof QueryError && message.test(error.message),
      );
      assert.deepEqual(reads, []);
    });

  it('is one on an index without fields', async () => {
    for (const [shape, message] of [
      [SHAPE, /this index has no payloads to filter by/],
      [{ ...SHAPE, payloads }, /the payloads of this index are texts; it needs fields/],
    ] as const)
      await assert.rejects(
        openCounting(buildIndex(shape)).index.query({ id: 'a', filter: { year: 1 } }),
        message,
      );
  });

  it('may have 16 levels and 256 conditions', async () => {
    const { index } = openCounting(buildIndex({ ...SHAPE, payloads, fields: FIELDS }));
    const wide = { $or: Array.from({ length: 256 }, () => ({ year: 1 })) };
    for (const filter of [deep(16) as Filter, wide, {}]) await index.query({ id: 'a', filter });
  });
});

describe('payloads with fields', () => {
  it('come as they are, markup too, and the text of an item stays its JSON', async () => {
    const { index } = openCounting(buildIndex({ ...SHAPE, payloads, fields: FIELDS }));
    assert.deepEqual(index.stats().fields, FIELDS);
    const { matches } = await index.query({ id: 'a', include: ['payload'] });
    assert.deepEqual(matches[0]!.payload, { lang: '<script>alert(1)</script>' });
    assert.deepEqual((await index.fetch(['a']))[0]!.payload, { year: 2020, tags: ['x'] });
    assert.equal((await index.lookup('a')).payload, '{"year":2020,"tags":["x"]}');
    await index.warm();
    assert.deepEqual((await index.fetch(['a']))[0]!.payload, { year: 2020, tags: ['x'] });
  });

  it('are refused where they contradict index.json', async () => {
    for (const text of ['{"year":"2020"}', '{"other":1}', '[]', '{', 'null']) {
      const { index } = openCounting(
        buildIndex({
          ...SHAPE,
          payloads: texts([text, '{}']),
          fields: FIELDS,
          beside: new Map([['fields.bin', new Uint8Array(0)]]),
        }),
      );
      await assert.rejects(index.fetch(['a']), { name: 'IndexFormatError' }, text);
    }
  });
});
