import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import { RandomStream } from '../../../kernels/numbers/random.ts';
import { buildIndex, type IndexInMemory, openCounting, texts, words } from '../index-in-memory.ts';
import { withDelta } from '../index-with-delta.ts';
import { randomLists } from './random-lists.ts';

const ITEMS = 300;
const STRINGS = Array.from({ length: ITEMS }, (_, i) => `w${1000 + i}`);

describe('lists with a filter', () => {
  const stream = new RandomStream(9, 1);
  const lists = randomLists(ITEMS, { top: 50, relations: [3], seed: 9 });
  const base = buildIndex({
    keys: words(...STRINGS),
    codes: Uint8Array.from({ length: 8 * ITEMS }, () => stream.below(256)),
    tables: 1,
    codeBytes: 8,
    lists: lists.columns,
    payloads: texts(STRINGS.map((_, i) => `{"part":${i % 4}}`)),
    fields: { part: 'number' },
  });
  const listOf = (item: number) =>
    (lists.reference[item]![0]?.entries ?? []).map(({ number }) => number);
  const asked = STRINGS.map((_, item) => item).filter((item) => listOf(item).length > 0);
  /** As a version whose columns have been lost: payloads are looked at one by one. */
  const withoutColumns: IndexInMemory = {
    ...base,
    manifest: {
      ...base.manifest,
      parts: base.manifest.parts.filter(({ name }) => name !== 'fields.bin'),
    },
  };

  for (const [what, index] of [
    ['with columns', base],
    ['without', withoutColumns],
  ] as const)
    it(`answer with those that pass, in their order, cold and warm, ${what}`, async () => {
      for (const state of ['cold', 'loaded', 'warm']) {
        const { index: opened } = openCounting(index);
        if (state === 'loaded') await opened.load();
        if (state === 'warm') await opened.warm();
        for (const item of asked.slice(0, 60)) {
          const passing = listOf(item).filter((number) => number % 4 === 1);
          const answer = await opened.query({
            id: STRINGS[item]!,
            topK: 5,
            rank: 'neighbours',
            filter: { part: 1 },
          });
          assert.deepEqual(
            answer.matches.map(({ id }) => id),
            passing.slice(0, 5).map((number) => STRINGS[number]),
          );
          assert.equal(answer.complete, passing.length >= 5);
        }
      }
    });

  it('leave the answer to codes where too few of them pass', async () => {
    const { index } = openCounting(base);
    const short = asked.find((item) => listOf(item).filter((near) => near % 4 === 2).length < 5)!;
    const long = asked.find((item) => listOf(item).filter((near) => near % 4 === 2).length >= 5)!;
    const query = { topK: 5, filter: { part: 2 } };
    const byCodes = await index.query({ ...query, id: STRINGS[short]! });
    assert.deepEqual([byCodes.rank, byCodes.complete], ['hamming', true]);
    const { matches } = await index.query({ ...query, id: STRINGS[short]!, rank: 'hamming' });
    assert.deepEqual(byCodes.matches, matches);
    const byLists = await index.query({ ...query, id: STRINGS[long]! });
    assert.deepEqual([byLists.rank, byLists.complete], ['neighbours', true]);
  });

  it('take what a delta changed by its payload of now', async () => {
    const item = asked.find((each) => listOf(each).filter((near) => near % 4 === 1).length >= 3)!;
    const [first, second, third] = listOf(item).filter((near) => near % 4 === 1);
    const other = listOf(item).find((near) => near % 4 !== 1);
    const changed = (number: number, part: number) => ({
      key: STRINGS[number]!,
      code: Uint8Array.from({ length: 8 }, () => 1),
      payload: `{"part":${part}}`,
    });
    const { index: withChanges } = await withDelta(base, undefined, {
      deleted: [STRINGS[second!]!],
      added: [changed(first!, 0), ...(other === undefined ? [] : [changed(other, 1)])],
    });
    for (const isWarm of [false, true]) {
      const { index } = openCounting(withChanges);
      if (isWarm) await index.warm();
      const { matches } = await index.query({
        id: STRINGS[item]!,
        topK: 50,
        rank: 'neighbours',
        filter: { part: 1 },
      });
      const found = matches.map(({ id }) => id);
      assert.ok(!found.includes(STRINGS[first!]!) && !found.includes(STRINGS[second!]!));
      assert.ok(found.includes(STRINGS[third!]!));
      if (other !== undefined) assert.ok(found.includes(STRINGS[other]!));
    }
  });

  it('share one reading of columns among queries that ask at once', async () => {
    const { index, reads } = openCounting(base);
    await Promise.all(
      asked.slice(0, 50).map((item) => index.query({ id: STRINGS[item]!, filter: { part: 1 } })),
    );
    assert.equal(reads.filter(({ part }) => part === 'fields.bin').length, 1);
  });
});
