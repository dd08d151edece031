import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import { type Query, QueryError } from '@hashloom/lookup';
import { buildIndex, ids, type IndexShape, openCounting, words } from '../index-in-memory.ts';
import { randomLists } from './random-lists.ts';
import type { ListColumns } from '../../../kernels/pages/neighbour-entries.ts';

const KEYS = ['bread', 'butter', 'cheese', 'wine'];
const SHAPE: IndexShape = {
  keys: words(...KEYS),
  codes: Uint8Array.of(1, 1, 3, 7),
  tables: 1,
  codeBytes: 1,
};

/** An object within an object, ten thousand times: more than JSON.stringify can tell. */
function deepObject(): object {
  let deep: object = {};
  for (let depth = 0; depth < 10_000; depth++) deep = { deep };
  return deep;
}

/** An object that has itself in it. */
function knot(): object {
  const own: Record<string, unknown> = {};
  own['own'] = own;
  return own;
}

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
    ['topK 1.5', { id: 'a', topK: 1.5 }, /topK: .* got 1\.5/],
    ['topK as a text', { id: 'a', topK: '10' }, /topK: .* got "10"/],
    ['topK as an object', { id: 'a', topK: deepObject() }, /topK: .* got an object/],
    ['a deep object for an id', { id: deepObject() }, /id: expected a text, got an object/],
    ['a knot for a text', { text: knot() }, /text: expected a text, got an object/],
    ['a big number for an id', { id: 17n }, /id: expected a text, got 17/],
    ['a knot for a vector', { vector: knot() }, /vector: expected a list of numbers/],
    ['a deep list of vectors', { vector: [[[1]]] }, /expected a number at 0, got a list of 1/],
    ['a code of nothing', { code: null }, /code: expected a text or \{ table, code \}, got null/],
    ['a code as a number', { code: 5 }, /code: expected a text or \{ table, code \}, got 5/],
    ['no list of positives', { positive: null }, /positive: expected a list, got null/],
    [
      'more positives than anyone means',
      { positive: Array.from({ length: 10_001 }, String) },
      /positive: expected at most 10000 ids, got 10001/,
    ],
    [
      'more ids to leave out than anyone means',
      { id: 'a', exclude: Array.from({ length: 10_001 }, String) },
      /exclude: expected at most 10000 ids/,
    ],
    ['an infinite least score', { id: 'a', minScore: Infinity }, /minScore: .*got Infinity/],
    ['a vector of infinity', { vector: [1, -Infinity] }, /expected a number at 1, got -Infinity/],
    ['a sparse vector', { vector: Array(3) }, /expected a number at 0, got undefined/],
    ['a vector of bigints', { vector: BigInt64Array.of(1n) }, /expected a number at 0, got 1/],
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
    assert.notEqual((await index.query({ id: '' })).missing?.reason, 'common');
  });

  it('says from how many times on a word is in the index, and how long it must be', async () => {
    const missingFrom = async (configuration: unknown, id: string) => {
      const { manifest, parts } = buildIndex(SHAPE);
      const { index } = openCounting({ manifest: { ...manifest, configuration }, parts });
      const { missing } = await index.query({ id });
      return { ...missing, id: undefined, spellings: undefined };
    };
    const bare = { id: undefined, spellings: undefined };
    const made = {
      source: { kind: 'text' },
      tokens: { minimumLength: 3, maximumLength: 64 },
      vocabulary: { minimumCount: 8, maximumSize: 5 },
    };
    const unknown = { ...bare, reason: 'unknown' };
    assert.deepEqual(await missingFrom(made, 'gone'), { ...unknown, minimumCount: 8 });
    const short = { ...bare, reason: 'length', lengths: [3, 64] };
    assert.deepEqual(await missingFrom(made, 'ox'), short);
    assert.deepEqual(await missingFrom(made, 'x'.repeat(1e6)), short);
    const noNumbers = { ...made, tokens: { ...made.tokens, numbers: false } };
    assert.deepEqual(await missingFrom(noNumbers, '1984'), { ...bare, reason: 'number' });
    // Of a full vocabulary more frequent words may be missing too.
    const full = { ...made, vocabulary: { minimumCount: 8, maximumSize: KEYS.length } };
    assert.deepEqual(await missingFrom(full, 'gone'), unknown);
    for (const odd of [undefined, null, 7, [], { source: 'text' }, { ...made, vocabulary: 'x' }])
      assert.deepEqual(await missingFrom(odd, 'gone'), unknown);
    const odd = { ...made, vocabulary: { minimumCount: '8' }, tokens: { minimumLength: -3 } };
    assert.deepEqual(await missingFrom(odd, 'ox'), unknown);
  });

  it('names the ids of two sides that are there, with the names of the sides', async () => {
    const { manifest, parts } = buildIndex({
      ...SHAPE,
      keys: words('item:7', 'user:7', 'user:8', 'user:9'),
    });
    const columns = { left: 'user', right: 'item' };
    const configuration = { source: { kind: 'pairs', sides: 'two', columns } };
    const { index } = openCounting({ manifest: { ...manifest, configuration }, parts });
    const spelled = async (id: string) =>
      (await index.query({ id })).missing?.spellings.slice(0, 2);
    assert.deepEqual(await spelled('7'), ['user:7', 'item:7']);
    assert.equal((await spelled('8'))?.[0], 'user:8');
    assert.ok(!(await spelled('user:1'))?.includes('user:user:1'));
  });

  it('points from an id that is a text to the question by text, where there is an encoder', async () => {
    const beside = new Map([
      ['encoder.json', new TextEncoder().encode('{}')],
      ['encoder.bin', new Uint8Array(0)],
    ]);
    const { index } = openCounting(buildIndex({ ...SHAPE, keys: ids(1n, 2n, 3n, 4n), beside }));
    const text = 'the stock market fell';
    assert.deepEqual((await index.query({ id: text })).missing, {
      id: text,
      reason: 'unknown',
      askBy: 'text',
      spellings: [],
    });
    assert.equal((await index.query({ id: '99' })).missing?.askBy, undefined);
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

  it('are not outvoted by a bucket of those that are near one another', async () => {
    const keys = Array.from({ length: 300 }, (_, i) => `w${String(i).padStart(3, '0')}`);
    const index = openCounting(
      buildIndex({
        keys: words(...keys),
        codes: new Uint8Array(300),
        tables: 1,
        codeBytes: 1,
        lists: randomLists(300, { top: 12, relations: [1, 2], seed: 4, full: true }).columns,
      }),
    ).index;
    const { matches } = await index.query({ positive: ['w007', 'w211'], topK: 60 });
    const relations = matches.map(({ relation }) => relation);
    const firstOf = (relation: string) => relations.findIndex((each) => each === relation);
    const listed = firstOf('near');
    assert.ok(firstOf('goes with') >= 20, 'is like answers first');
    assert.ok(listed >= 40 && relations.slice(listed).every((each) => each === 'near'));
    assert.equal(matches.length, 60);
    assert.equal(new Set(matches.map(({ id }) => id)).size, 60);
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
    assert.deepEqual(index.stats().askedBy, ['id', 'positive', 'code']);
    assert.ok(bytes > 0);
    const { steps, answer } = await index.explain({ id: 'bread', topK: 2 });
    assert.match(steps.join('\n'), /buckets of 8 bits of codes: 1 items\n.*loaded.*\n.*outward/);
    assert.deepEqual(answer.matches, (await index.query({ id: 'bread', topK: 2 })).matches);
    const report = await index.recall({ topK: 2 });
    assert.deepEqual(
      { by: report.by, queries: report.queries, recall: report.recall, answered: report.answered },
      { by: 'code', queries: 4, recall: 1, answered: 1 },
    );
    for (const topK of [0, 1.5, 10_000]) await assert.rejects(index.recall({ topK }), QueryError);
    assert.ok(index.stats().heldBytes > 0);
    await index[Symbol.asyncDispose]();
  });
});
