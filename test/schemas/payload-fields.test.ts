import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import { configuration } from '../../schemas/configuration.ts';
import { payloadFields } from '../../schemas/payload-fields.ts';

describe('payloadFields', () => {
  const textOf = (fields: ReturnType<typeof payloadFields>, item: object, where = 'a line 1') =>
    fields!.textOf((name) => (item as Record<string, unknown>)[name], where);

  it('writes the fields of an item in the order of the configuration, those that are there', () => {
    const fields = payloadFields(['year', 'title', 'tags', 'inStock', 'seen']);
    const all = { title: '<b>é</b>', tags: ['a', 'b'], inStock: false, year: 2020n, seen: null };
    assert.equal(
      textOf(fields, all),
      '{"year":2020,"title":"<b>é</b>","tags":["a","b"],"inStock":false}',
    );
    assert.equal(textOf(fields, {}), '{}');
    assert.equal(textOf(fields, { seen: 1.5, tags: [] }), '{"tags":[],"seen":1.5}');
    assert.deepEqual(fields!.finish('documents'), {
      year: 'number',
      title: 'string',
      tags: 'string[]',
      inStock: 'boolean',
      seen: 'number',
    });
    assert.equal(payloadFields('title'), undefined);
  });

  it('refuses a field of two types with both places, and one that nothing has', () => {
    const fields = payloadFields(['year', 'lost']);
    textOf(fields, { year: 2020 }, 'a.jsonl line 1');
    assert.throws(
      () => textOf(fields, { year: '2020' }, 'b.jsonl line 7'),
      /b\.jsonl line 7, field "year" of the payload: a string, but a number in a\.jsonl line 1/,
    );
    assert.throws(
      () => fields!.finish('documents'),
      /documents\.payload: no item has a value of "lost"; mend its name or leave it out/,
    );
  });

  it('refuses values that no field can hold, with their place', () => {
    const fields = payloadFields(['a', 'b']);
    for (const [value, message] of [
      [{ b: 1 }, /an object; expected a string, a finite number, true, false or a list of strings/],
      [[1, 2], /a list of other values/],
      [Number.NaN, /NaN/],
      [new Date(0), /the date 1970-01-01/],
      [2n ** 53n + 1n, /9007199254740993, which a double cannot hold/],
      ['\ud800', /half a character/],
      [['\udc00'], /half a character/],
    ] as const)
      assert.throws(() => textOf(fields, { a: value }, 'x line 3'), {
        name: 'DataError',
        message: new RegExp(`x line 3, field "a" of the payload: .*${message.source}`),
      });
    const long = { a: 'é'.repeat(1100), b: 'é'.repeat(1100) };
    assert.throws(() => textOf(fields, long), /fields a, b: a payload of 44\d\d bytes/);
  });
});

describe('payloadColumns', () => {
  it('takes a name or a list of names, and refuses those that filters could not tell', () => {
    const parse = (payload: unknown) =>
      configuration.safeParse({
        index: 'a',
        store: '/a',
        source: { path: '/a', kind: 'documents' },
        documents: { payload },
      });
    for (const payload of ['', 'title', ['title', 'a.b']])
      assert.deepEqual(parse(payload).data?.documents.payload, payload);
    for (const payload of [[], ['a', 'a'], ['$and'], ['__proto__'], [''], 3])
      assert.equal(parse(payload).success, false, JSON.stringify(payload));
  });
});
