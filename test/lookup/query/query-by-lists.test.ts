import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { describe, it } from 'vitest';
import type { Match, Relation } from '@hashloom/lookup';
import { openParts } from '@hashloom/lookup/internal';
import { RandomStream } from '../../../kernels/numbers/random.ts';
import { buildIndex, ids, openCounting, words } from '../index-in-memory.ts';
import { withDelta } from '../index-with-delta.ts';
import { randomLists, type ReferenceList } from './random-lists.ts';

/**
 * Items with lists in two relations; codes of which no two are alike, so that no bucket fills up.
 */
function indexWithLists(
  strings: readonly string[],
  { isId, seed, top, pageBytes }: { isId: boolean; seed: number; top: number; pageBytes?: number },
) {
  const sorted = isId
    ? [...strings].sort((a, b) => Number(BigInt(a) - BigInt(b)))
    : [...strings].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  const lists = randomLists(sorted.length, { top, relations: [1, 2], seed });
  const stream = new RandomStream(seed, 1);
  const codes = Uint8Array.from({ length: sorted.length * 8 }, () => stream.below(256));
  const built = buildIndex({
    keys: isId ? ids(...sorted.map(BigInt)) : words(...sorted),
    codes,
    tables: 1,
    codeBytes: 8,
    lists: lists.columns,
    ...(pageBytes !== undefined && { pageBytes }),
  });
  return { sorted, built, reference: lists.reference, codes };
}

/** What lists say, by hand: the relation that is asked for, else `is like` and then `goes with`. */
function expected(
  sorted: readonly string[],
  own: readonly ReferenceList[],
  topK: number,
  relation?: Relation,
): Match[] {
  const order = relation === undefined ? ['is like', 'near', 'goes with'] : [relation];
  const matches = new Map<string, Match>();
  for (const name of order)
    for (const { number, score, known } of own.find((each) => each.relation === name)?.entries ??
      []) {
      const id = sorted[number]!;
      if (!matches.has(id)) matches.set(id, { id, score, relation: name as Relation, known });
    }
  return [...matches.values()].slice(0, topK);
}

const manyWords = (count: number): string[] =>
  Array.from({ length: count }, (_, i) => `word${(i * 7919) % 100_003}`);

describe('query of an item with lists', () => {
  it('gives what the lists have, whatever the keys, lengths and pages, cold and warm', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.boolean(),
        fc.uniqueArray(fc.string({ unit: 'grapheme', maxLength: 9 }), {
          minLength: 1,
          maxLength: 40,
        }),
        fc.uniqueArray(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), {
          minLength: 1,
          maxLength: 40,
        }),
        fc.integer({ min: 1, max: 30 }),
        fc.constantFrom(undefined, 2048, 16_384),
        fc.constantFrom(undefined, 'is like' as const, 'goes with' as const),
        fc.integer({ min: 1, max: 40 }),
        fc.integer(),
        async (isId, strings, numbers, top, pageBytes, relation, topK, seed) => {
          const { sorted, built, reference } = indexWithLists(
            isId ? numbers.map(String) : strings,
            { isId, seed, top, ...(pageBytes !== undefined && { pageBytes }) },
          );
          const { index } = openCounting(built);
          const warm = openCounting(built).index;
          await warm.warm();
          for (const [number, id] of sorted.entries()) {
            const wanted = expected(sorted, reference[number]!, topK, relation);
            const query = {
              id,
              topK,
              rank: 'neighbours' as const,
              ...(relation && { relation }),
            };
            const answer = await index.query(query);
            assert.deepEqual(answer.matches, wanted);
            assert.equal(answer.complete, wanted.length === topK);
            assert.equal(answer.rank, 'neighbours');
            const held = await warm.query(query);
            assert.deepEqual(held.matches, wanted);
            assert.equal(held.usage.requests, 0);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('gives those alone that are linked already, or those that are not, cold and warm', async () => {
    const { sorted, built, reference } = indexWithLists(manyWords(60), {
      isId: false,
      seed: 5,
      top: 20,
    });
    const { index } = openCounting(built);
    const warm = openCounting(built).index;
    await warm.warm();
    for (const known of [true, false])
      for (const [number, id] of sorted.entries()) {
        const all = expected(sorted, reference[number]!, 1000);
        const wanted = all.filter((match) => match.known === known).slice(0, 10);
        for (const each of [index, warm]) {
          const { matches, rank } = await each.query({ id, known });
          assert.ok(matches.every((match) => match.known === known));
          assert.equal(rank, 'neighbours');
          if (wanted.length > 0) assert.ok(matches.length > 0);
        }
      }
    await assert.rejects(index.query({ id: sorted[0]!, known: true, rank: 'hamming' }), /known/);
    await assert.rejects(
      index.query({ id: sorted[0]!, known: 1 as never }),
      /true or false, got 1/,
    );
  });

  it('is ready in one read after the headers: 64 KiB at most of 10,000 items', async () => {
    const { built, sorted } = indexWithLists(manyWords(10_000), { isId: false, seed: 3, top: 50 });
    const answered: number[] = [];
    for (let at = 0; at < 40; at++) {
      const { index, reads } = openCounting(built);
      const { usage, matches } = await index.query({ id: sorted[at * 250]!, rank: 'neighbours' });
      assert.deepEqual(
        { requests: usage.requests, bytes: usage.bytes },
        {
          requests: reads.length,
          bytes: reads.reduce((sum, { start, end }) => sum + end - start, 0),
        },
      );
      assert.ok(usage.rounds <= 2 && usage.bytes <= 64 * 1024, JSON.stringify(usage));
      answered.push(matches.length);
    }
    assert.ok(answered.some((count) => count === 10));
  });

  it('obeys exclude, minScore and topK, and says where fewer are left', async () => {
    const { built, sorted, reference } = indexWithLists(manyWords(60), {
      isId: false,
      seed: 4,
      top: 30,
    });
    const { index } = openCounting(built);
    const number = reference.findIndex((own) => (own.at(-1)?.entries.length ?? 0) > 12);
    const id = sorted[number]!;
    const rank = 'neighbours';
    const all = (await index.query({ id, topK: 60, rank })).matches;
    const exclude = [all[0]!.id, all[3]!.id];
    const { matches, complete } = await index.query({ id, topK: 5, exclude, rank });
    assert.deepEqual(matches, all.filter((match) => !exclude.includes(match.id)).slice(0, 5));
    assert.equal(complete, true);
    const minScore = all[4]!.score;
    const best = await index.query({ id, topK: 60, minScore, relation: all[0]!.relation });
    assert.deepEqual(
      best.matches,
      all.filter((match) => match.relation === all[0]!.relation && match.score >= minScore),
    );
    assert.equal(best.complete, false);
  });

  it('fills a short list from codes, and asks nothing more of one that is long enough', async () => {
    const { built, sorted, reference } = indexWithLists(manyWords(200), {
      isId: false,
      seed: 6,
      top: 30,
    });
    const { index } = openCounting(built);
    for (const [number, id] of sorted.entries()) {
      const { matches, complete, rank } = await index.query({ id });
      const listed = expected(sorted, reference[number]!, 10);
      assert.deepEqual(matches.slice(0, listed.length), listed);
      assert.ok(matches.every((match) => match.id !== id));
      assert.equal(new Set(matches.map((match) => match.id)).size, matches.length);
      if (listed.length === 0) {
        assert.equal(rank, 'hamming');
        assert.equal(complete, true);
      } else assert.equal(rank, 'neighbours');
    }
  });

  it('answers a batch as it answers one by one, and reads a page once for a thousand', async () => {
    const { built, sorted } = indexWithLists(manyWords(2000), { isId: false, seed: 5, top: 30 });
    const { index, reads } = openCounting(built, 2000);
    const queries = sorted.slice(0, 1000).map((id) => ({ id, rank: 'neighbours' as const }));
    const batch = await index.queryBatch(queries);
    const places = reads.map(({ part, start }) => `${part} ${start}`);
    assert.equal(new Set(places).size, places.length);
    const other = openCounting(built).index;
    for (const [at, query] of queries.slice(0, 100).entries())
      assert.deepEqual(batch[at]!.matches, (await other.query(query)).matches);
    const usage = batch.reduce((sum, answer) => sum + answer.usage.requests, 0);
    assert.equal(usage, reads.length);
  });

  it('has at most 32 reads under way, whoever asks', async () => {
    const { built, sorted } = indexWithLists(manyWords(2000), { isId: false, seed: 5, top: 30 });
    let [running, most] = [0, 0];
    const index = openParts({
      manifest: built.manifest,
      fetchPart: (part) => ({
        async read(start, end) {
          most = Math.max(most, ++running);
          await new Promise(setImmediate);
          running--;
          return built.parts.get(part)!.slice(start, end);
        },
      }),
    });
    await index.queryBatch(sorted.slice(0, 1000).map((id) => ({ id, rank: 'neighbours' })));
    assert.equal(most, 32);
    assert.equal(running, 0);
  });

  it('gives flat arrays of a warm index what queries give', async () => {
    const { built, sorted, reference } = indexWithLists(manyWords(500), {
      isId: false,
      seed: 8,
      top: 30,
    });
    const warm = await openCounting(built).index.warm();
    const asked = [...sorted.slice(0, 100), 'not there'];
    const view = warm.queryBatch(asked, { topK: 7 });
    for (let q = 0; q < asked.length; q++) {
      const wanted = q < 100 ? expected(sorted, reference[q]!, 7, 'is like') : [];
      assert.equal(view.counts[q], wanted.length);
      const got = Array.from({ length: view.counts[q]! }, (_, k) => ({
        id: warm.textOf(view.ids[7 * q + k]!),
        score: view.scores[7 * q + k]!,
      }));
      assert.deepEqual(
        got,
        wanted.map(({ id, score }) => ({ id, score })),
      );
    }
    assert.equal(warm.queryBatch(asked, { topK: 7, out: view }), view);
    assert.throws(
      () => warm.queryBatch(asked, { relation: 'near' }),
      /lists of goes with, is like/,
    );
  });
});

describe('query of a version with a delta', () => {
  it('never gives what is gone, and answers what came from its codes, cold and warm', async () => {
    const { built, sorted, reference, codes } = indexWithLists(manyWords(120), {
      isId: false,
      seed: 9,
      top: 20,
    });
    const deleted = sorted.filter((_, number) => number % 5 === 0);
    const changed = sorted[1]!;
    const added = [
      { key: 'new one', code: codes.slice(16, 24) },
      { key: changed, code: codes.slice(24, 32) },
    ];
    const { index: parts } = await withDelta(built, undefined, { deleted, added });
    const cold = openCounting(parts).index;
    const warm = openCounting(parts).index;
    await warm.warm();
    for (const index of [cold, warm]) {
      for (const [number, id] of sorted.entries()) {
        const answer = await index.query({ id, topK: 8 });
        assert.ok(answer.matches.every((match) => !deleted.includes(match.id)));
        if (deleted.includes(id)) {
          assert.equal(answer.missing?.reason, 'unknown');
          assert.deepEqual(answer.matches, []);
          continue;
        }
        if (id === changed) {
          assert.equal(answer.rank, 'hamming');
          continue;
        }
        const listed = expected(sorted, reference[number]!, 1000)
          .filter((match) => !deleted.includes(match.id))
          .slice(0, 8);
        assert.deepEqual(answer.matches.slice(0, listed.length), listed);
      }
      const { matches, rank, complete } = await index.query({ id: 'new one' });
      assert.equal(rank, 'hamming');
      assert.equal(complete, true);
      assert.ok(matches.every(({ relation }) => relation === 'near'));
      // The item whose codes it has.
      assert.deepEqual(matches[0], { id: sorted[2]!, score: 1, relation: 'near', distance: 0 });
    }
  });
});
