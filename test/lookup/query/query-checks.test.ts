import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import { type Query, QueryError } from '@hashloom/lookup';
import { buildIndex, type IndexShape, openCounting, words } from '../index-in-memory.ts';
import type { ListColumns } from '../../../kernels/pages/neighbour-entries.ts';

const KEYS = ['bread', 'butter', 'cheese', 'wine'];
const SHAPE: IndexShape = {
  keys: words(...KEYS),
  codes: Uint8Array.of(1, 1, 3, 7),
  tables: 1,
  codeBytes: 1,
};

/** Lists of one relation, as { butter: { cheese: 255 } }. */
function listsOf(lists: Record<string, Record<string, number>>): ListColumns {
  const there = KEYS.filter((key) => lists[key]);
  const entries = there.map((key) => KEYS.filter((other) => lists[key]![other] !== undefined));
  const ends = entries.map((_, at) => entries.slice(0, at + 1).flat().length);
  return {
    first: 0,
    end: KEYS.length,
    items: Int32Array.from(there, (key) => KEYS.indexOf(key)),
    relations: new Int32Array(there.length).fill(2),
    scales: new Float32Array(there.length).fill(1),
    starts: Int32Array.of(0, ...ends),
    neighbours: Int32Array.from(entries.flat(), (key) => KEYS.indexOf(key)),
    scores: Int32Array.from(
      there.flatMap((key, at) => entries[at]!.map((other) => lists[key]![other]!)),
    ),
    known: new Int32Array(entries.flat().length),
  };
}

describe('a query that cannot be', () => {
  const cases: [string, unknown, RegExp][] = [
    ['nothing', undefined, /query: expected an object/],
    ['a word alone', 'bread', /query: expected an object such as \{ id: 'pepper' \}, got "bread"/],
    ['no question', {}, /expected exactly one of id, vector, text, code, positive, got none/],
    ['two questions', { id: 'a', text: 'b' }, /id, text: expected exactly one of .*, got 2/],
    ['a number for an id', { id: 17 }, /id: expected a text, got 17/],
    ['topK 0', { id: 'a', topK: 0 }, /topK: expected a whole number from 1 to 10000, got 0/],
    ['topK 1e9', { id: 'a', topK: 1e9 }, /topK: .* got 1000000000/],
    ['topK NaN', { id: 'a', topK: Number.NaN }, /topK: .* got NaN/],
    [
      'a field with a slip',
      { id: 'a', topk: 3 },
      /topk: query has no such field; did you mean topK\?/,
    ],
    ['a field of others', { id: 'a', namespace: 'x' }, /namespace: query has no such field$/],
    ['an unknown rank', { id: 'a', rank: 'haming' }, /rank: .*; did you mean hamming\?/],
    ['an unknown relation', { id: 'a', relation: 'like' }, /relation: expected goes with/],
    ['a vector with NaN', { vector: [1, Number.NaN] }, /vector: expected a number at 1, got NaN/],
    ['a vector of zeros', { vector: [0, 0] }, /points somewhere, got 2 zeros/],
    ['an empty vector', { vector: [] }, /got 0 zeros/],
    ['a vector of texts', { vector: ['1'] }, /vector: expected a number at 0, got "1"/],
    [
      'a vector where there are none',
      { vector: [1] },
      /vector: this index has no encoder of vectors/,
    ],
    ['a text where there are none', { text: 'a' }, /text: this index has no encoder of texts/],
    ['a code of other bits', { code: 'abc' }, /code: expected 2 hexadecimal digits, got "abc"/],
    ['a table that is not there', { code: { table: 1, code: 'ab' } }, /code\.table: expected/],
    ['no positive', { positive: [] }, /positive: expected at least one id, got none/],
    ['negatives alone', { id: 'a', negative: ['b'] }, /negative: expected beside positive/],
    ['a filter', { id: 'a', filter: { year: 1 } }, /filter: this index has no payloads/],
    ['a wrong list of ids', { id: 'a', exclude: [1] }, /exclude\[0\]: expected a text, got 1/],
    ['an include of others', { id: 'a', include: ['values'] }, /include: expected payload, code/],
    [
      'a radius beyond the bits',
      { id: 'a', radius: 9 },
      /radius: expected a whole number from 0 to 8/,
    ],
    ['a radius in a bucket', { id: 'a', radius: 1, rank: 'bucket' }, /radius: expected with rank/],
    [
      'lists where there are none',
      { id: 'a', rank: 'neighbours' },
      /rank: this index has no lists/,
    ],
    [
      'a relation without lists',
      { id: 'a', relation: 'is like' },
      /relation: this index has no lists/,
    ],
    ['cosine without vectors', { id: 'a', rank: 'cosine' }, /rank: this index has no vectors/],
    ['a signal that is none', { id: 'a', signal: {} }, /signal: expected an AbortSignal/],
  ];
  for (const [what, query, message] of cases)
    it(`with ${what} says what may be`, async () => {
      const { index } = openCounting(buildIndex(SHAPE));
      await assert.rejects(
        index.query(query as Query),
        (error) => error instanceof QueryError && message.test(error.message),
      );
    });

  it('is not answered after its signal has aborted', async () => {
    const { index } = openCounting(buildIndex(SHAPE));
    const reason = new Error('enough');
    await assert.rejects(index.query({ id: 'bread', signal: AbortSignal.abort(reason) }), reason);
    const controller = new AbortController();
    const asked = index.query({ id: 'bread', signal: controller.signal });
    controller.abort(reason);
    await assert.rejects(asked, reason);
    assert.equal((await index.query({ id: 'bread', topK: 1 })).matches.length, 1);
  });
});

describe('a query of what is not there', () => {
  it('says of a common word that it is one, and of others what looks like them', async () => {
    const beside = new Map([['common.txt', new TextEncoder().encode('house\nman\n')]]);
    const { index } = openCounting(buildIndex({ ...SHAPE, beside }));
    const { matches, missing, complete } = await index.query({ id: 'man' });
    assert.deepEqual(
      { matches, missing, complete },
      {
        matches: [],
        missing: { id: 'man', reason: 'common', spellings: [] },
        complete: false,
      },
    );
    assert.deepEqual((await index.query({ id: 'bred' })).missing, {
      id: 'bred',
      reason: 'unknown',
      spellings: ['bread'],
    });
    // An index that was published before that has no such file.
    const older = openCounting(buildIndex(SHAPE)).index;
    assert.equal((await older.query({ id: 'man' })).missing?.reason, 'unknown');
  });
});

describe('several ids at once', () => {
  const lists = listsOf({
    bread: { butter: 255, cheese: 100, wine: 50 },
    butter: { bread: 255, cheese: 200 },
    wine: { cheese: 255 },
  });
  const open = () => openCounting(buildIndex({ ...SHAPE, lists })).index;
  const rank = 'neighbours';

  it('lead to what is in the lists of several, without themselves', async () => {
    const { matches } = await open().query({ positive: ['bread', 'butter'], rank });
    assert.deepEqual(
      matches.map(({ id }) => id),
      ['cheese', 'wine'],
    );
    const share = (byte: number) => 0.5 * (0.5 + byte / 255 / 2);
    assert.ok(Math.abs(matches[0]!.score - (share(100) + share(200))) < 1e-6);
    assert.ok(Math.abs(matches[1]!.score - share(50)) < 1e-6);
  });

  it('lead away from what negatives lead to', async () => {
    const { matches } = await open().query({ positive: ['bread'], negative: ['wine'], rank });
    assert.deepEqual(
      matches.map(({ id }) => id),
      ['butter'],
    );
  });

  it('are answered where one of them is not there, which is said', async () => {
    const { matches, missing } = await open().query({ positive: ['butter', 'gone'], rank });
    assert.deepEqual(
      matches.map(({ id }) => id),
      ['bread', 'cheese'],
    );
    assert.equal(missing?.id, 'gone');
  });
});

describe('what an index tells of itself', () => {
  it('lists ids by prefix, page by page, and goes on from a cursor', async () => {
    const { index } = openCounting(
      buildIndex({ ...SHAPE, keys: words('a', 'b', 'ba', 'bb'), codes: new Uint8Array(4) }),
    );
    const pages = [];
    for await (const page of index.list({ prefix: 'b', limit: 2 })) pages.push(page);
    assert.deepEqual(pages, [{ ids: ['b', 'ba'], cursor: 'ba' }, { ids: ['bb'] }]);
    const rest = await index.list({ prefix: 'b', cursor: 'ba' }).next();
    assert.deepEqual(rest.value, { ids: ['bb'] });
    await assert.rejects(index.list({ limit: 0 }).next(), QueryError);
    await assert.rejects(index.list({ cursor: 'x' }).next(), /cursor: expected one of/);
  });

  it('counts itself, explains an answer and measures its search', async () => {
    const { index } = openCounting(buildIndex(SHAPE));
    const { lists, items, heldBytes, bytes } = index.stats();
    assert.deepEqual({ lists, items, heldBytes }, { lists: false, items: 4, heldBytes: 0 });
    assert.ok(bytes > 0);
    const { steps, answer } = await index.explain({ id: 'bread', topK: 2 });
    assert.match(steps.join('\n'), /buckets of 8 bits of codes: 1 items\n.*loaded.*\n.*outward/);
    assert.deepEqual(answer.matches, (await index.query({ id: 'bread', topK: 2 })).matches);
    const report = await index.recall({ topK: 2 });
    assert.deepEqual(
      { queries: report.queries, recall: report.recall, answered: report.answered },
      { queries: 4, recall: 1, answered: 1 },
    );
    assert.ok(index.stats().heldBytes > 0);
    await index[Symbol.asyncDispose]();
  });
});
