import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { describe, it } from 'vitest';
import type { Query } from '@hashloom/lookup';
import { encodeVectors } from '../../../kernels/codes/encode-vectors.ts';
import { RandomStream } from '../../../kernels/numbers/random.ts';
import { encodeDense } from '../../../store/tables/arrow-ipc.ts';
import { buildIndex, ids, type IndexShape, openCounting, words } from '../index-in-memory.ts';

interface Coded {
  shape: IndexShape;
  strings: string[];
  /** Codes of an item, table by table, as rows of bits. */
  codeOf: (item: number, table: number) => Uint8Array;
}

/** Items that gather around few codes, so that buckets are of all sizes. */
function codedIndex(
  items: number,
  {
    tables,
    codeBytes,
    distinct,
    shared,
    seed,
  }: { tables: number; codeBytes: number; distinct: number; shared: boolean; seed: number },
): Coded {
  const stream = new RandomStream(seed, 1);
  const strings = Array.from({ length: items }, (_, i) => `w${String(i).padStart(5, '0')}`);
  const palette = Uint8Array.from({ length: distinct * codeBytes }, () => stream.below(256));
  const codes = new Uint8Array(items * tables * codeBytes);
  for (let at = 0; at < items * tables; at++) {
    const from = stream.below(distinct) * codeBytes;
    codes.set(palette.subarray(from, from + codeBytes), at * codeBytes);
    if (stream.below(2) === 0) codes[at * codeBytes]! ^= 1 << stream.below(8);
  }
  return {
    shape: { keys: words(...strings), codes, tables, codeBytes, shared },
    strings,
    codeOf: (item, table) =>
      codes.subarray((item * tables + table) * codeBytes, (item * tables + table + 1) * codeBytes),
  };
}

function bitsApart(a: Uint8Array, b: Uint8Array): number {
  let bits = 0;
  for (let k = 0; k < a.length; k++)
    for (let rest = a[k]! ^ b[k]!; rest > 0; rest &= rest - 1) bits++;
  return bits;
}

/** All items but the asked one by their distance over all codes. */
function nearest({ shape, strings, codeOf }: Coded, asked: number) {
  const { tables, codeBytes, shared } = shape;
  return strings
    .map((id, item) => {
      let distance = 0;
      for (let table = 0; table < tables; table++) {
        const others = shared ? Array.from({ length: tables }, (_, other) => other) : [table];
        distance += Math.min(
          ...others.map((other) => bitsApart(codeOf(asked, table), codeOf(item, other))),
        );
      }
      return { id, distance, score: 1 - distance / (8 * tables * codeBytes) };
    })
    .filter((_, item) => item !== asked)
    .sort((a, b) => a.distance - b.distance || (a.id < b.id ? -1 : 1));
}

describe('query by codes', () => {
  it('gives the nearest over all codes where all items are candidates, cold and warm', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 2, max: 120 }),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 40 }),
        fc.boolean(),
        fc.integer({ min: 1, max: 130 }),
        fc.integer(),
        async (items, tables, codeBytes, distinct, shared, topK, seed) => {
          const coded = codedIndex(items, { tables, codeBytes, distinct, shared, seed });
          const built = buildIndex(coded.shape);
          const asked = Math.abs(seed) % items;
          const query: Query = {
            id: coded.strings[asked]!,
            topK,
            rank: 'hamming',
            candidates: items,
          };
          const { matches, complete, rank } = await openCounting(built).index.query(query);
          assert.equal(rank, 'hamming');
          assert.equal(complete, topK <= items - 1);
          const wanted = nearest(coded, asked).slice(0, topK);
          assert.deepEqual(
            matches,
            wanted.map(({ id, distance, score }) => ({ id, score, relation: 'near', distance })),
          );
          const warm = openCounting(built).index;
          await warm.warm();
          for (const rank of ['auto', 'bucket', 'hamming'] as const) {
            const cold = await openCounting(built).index.query({ ...query, rank, candidates: 20 });
            const held = await warm.query({ ...query, rank, candidates: 20 });
            assert.deepEqual(held.matches, cold.matches, rank);
            assert.equal(held.rank, cold.rank);
          }
        },
      ),
      { numRuns: 100 },
    );
  });

  it('cuts a giant bucket by what is nearest, not by the alphabet', async () => {
    const items = 3000;
    const stream = new RandomStream(1, 1);
    const strings = Array.from({ length: items }, (_, i) => `w${String(i).padStart(5, '0')}`);
    // All share the code of table 0; table 1 tells them apart.
    const codes = new Uint8Array(items * 2 * 8);
    for (let item = 0; item < items; item++)
      for (let k = 0; k < 8; k++) codes[item * 16 + 8 + k] = stream.below(256);
    const coded: Coded = {
      shape: { keys: words(...strings), codes, tables: 2, codeBytes: 8 },
      strings,
      codeOf: (item, table) => codes.subarray(item * 16 + 8 * table, item * 16 + 8 * table + 8),
    };
    const built = buildIndex(coded.shape);
    const wanted = nearest(coded, 1500).slice(0, 10);
    for (const warm of [false, true]) {
      const { index } = openCounting({
        manifest: { ...built.manifest, maximumBucket: 100 },
        parts: built.parts,
      });
      if (warm) await index.warm();
      const { matches, rank } = await index.query({ id: strings[1500]! });
      assert.equal(rank, 'bucket');
      assert.deepEqual(
        matches.map(({ id }) => id),
        wanted.map(({ id }) => id),
      );
    }
  });

  it('answers a code of a table, and looks no further than a radius', async () => {
    const coded = codedIndex(300, {
      tables: 2,
      codeBytes: 2,
      distinct: 30,
      shared: false,
      seed: 2,
    });
    const { index } = openCounting(buildIndex(coded.shape));
    const code = Buffer.from(coded.codeOf(7, 1)).toString('hex');
    for (const radius of [0, 1, 3]) {
      const { matches } = await index.query({ code: { table: 1, code }, topK: 300, radius });
      const wanted = coded.strings
        .map((id, item) => ({ id, distance: bitsApart(coded.codeOf(7, 1), coded.codeOf(item, 1)) }))
        .filter(({ distance }) => distance <= radius)
        .sort((a, b) => a.distance - b.distance || (a.id < b.id ? -1 : 1));
      assert.deepEqual(
        matches.map(({ id, distance }) => ({ id, distance })),
        wanted,
      );
    }
  });

  it('brings payloads and codes along, and fetches items', async () => {
    const coded = codedIndex(50, { tables: 2, codeBytes: 1, distinct: 5, shared: false, seed: 3 });
    const titles = coded.strings.map((id) => `title of ${id}`);
    const payloads = words(...titles);
    assert.equal(payloads.kind, 'utf8');
    const built = buildIndex({ ...coded.shape, payloads });
    for (const warm of [false, true]) {
      const { index } = openCounting(built);
      if (warm) await index.warm();
      const { matches } = await index.query({ id: 'w00003', include: ['payload', 'code'] });
      for (const { id, payload, code } of matches) {
        assert.equal(payload, `title of ${id}`);
        assert.equal(code![1], Buffer.from(coded.codeOf(Number(id.slice(1)), 1)).toString('hex'));
      }
      assert.deepEqual(
        (await index.fetch(['w00001', 'none', 'w00000'])).map(({ id, payload }) => [id, payload]),
        [
          ['w00001', 'title of w00001'],
          ['w00000', 'title of w00000'],
        ],
      );
      assert.deepEqual([await index.has('w00049'), await index.has('w00050')], [true, false]);
    }
  });
});

describe('query by a vector', () => {
  it('gets the codes that items got, from the hyperplanes beside the index', async () => {
    const [items, dimensions, tables, codeBytes] = [400, 12, 2, 2];
    const stream = new RandomStream(5, 1);
    const random = (count: number) =>
      Float32Array.from({ length: count }, () => stream.u32() / 2 ** 31 - 1);
    const vectors = random(items * dimensions);
    const planes = random(tables * codeBytes * 8 * dimensions);
    const mean = random(dimensions);
    const codes = new Uint8Array(items * tables * codeBytes);
    encodeVectors(vectors, dimensions, Float64Array.from(mean), Float64Array.from(planes), codes);
    const metadata = { method: 'lsh', tables: String(tables), bits: String(8 * codeBytes) };
    const hyperplane = { name: 'hyperplane', width: dimensions, values: planes };
    const beside = new Map([
      ['hyperplanes.arrow', await encodeDense([hyperplane], metadata)],
      ['mean.arrow', await encodeDense([{ name: 'mean', width: dimensions, values: mean }], {})],
    ]);
    const keys = ids(...Array.from({ length: items }, (_, i) => BigInt(i)));
    const built = buildIndex({ keys, codes, tables, codeBytes, beside });
    const { index } = openCounting(built);
    for (let item = 0; item < items; item += 37) {
      const vector = vectors.subarray(item * dimensions, (item + 1) * dimensions);
      const { matches, complete } = await index.query({ vector, topK: 20 });
      assert.equal(complete, true);
      assert.equal(matches[0]!.distance, 0);
      assert.ok(matches.some(({ id, score }) => id === String(item) && score === 1));
      const byId = await index.query({ id: String(item), topK: 19, rank: 'hamming' });
      assert.deepEqual(
        matches.filter(({ id }) => id !== String(item)).map(({ distance }) => distance),
        byId.matches.map(({ distance }) => distance),
      );
    }
    await assert.rejects(index.query({ vector: [1, 2, 3] }), /vector: expected 12 numbers, got 3/);
    const broken = new Map(built.parts).set('hyperplanes.arrow', new Uint8Array(64));
    const spoilt = openCounting({
      manifest: {
        ...built.manifest,
        parts: built.manifest.parts.map((part) =>
          part.name === 'hyperplanes.arrow' ? { ...part, bytes: 64 } : part,
        ),
      },
      parts: broken,
    });
    await assert.rejects(
      spoilt.index.query({ vector: [...vectors.subarray(0, dimensions)] }),
      /hyperplanes\.arrow: expected an Arrow file/,
    );
  });
});
