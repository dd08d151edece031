import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, it } from 'vitest';
import * as fc from 'fast-check';
import { affinityRows } from '../../../activities/affinity/affinity-rows.ts';
import { spillRows } from '../../../activities/affinity/spill-rows.ts';
import type { WeightedPairs } from '../../../kernels/affinity/filter-affinity.ts';
import { RandomStream } from '../../../kernels/numbers/random.ts';
import { filterRowDense } from '../../reference/dense-affinity.ts';

const ALL = { scale: 1, minimumWeight: 0, minimumPmi: Number.NEGATIVE_INFINITY };

/** D by sets: j among the heaviest of i, or i among those of j. */
function referenceD(F: number[][], top: number): number[][] {
  const kept = F.map((_, i) => new Set(filterRowDense(F, i, { ...ALL, top })));
  return F.map((_, i) => [...F.keys()].filter((j) => kept[i]!.has(j) || kept[j]!.has(i)));
}

describe('affinityRows', () => {
  let folder: string;
  let runs = 0;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hashloom-rows-test-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  /** The upper half, so many pairs at a time. */
  function pairsOf(F: number[][], step: number): () => AsyncGenerator<WeightedPairs> {
    const pairs = F.flatMap((row, i) =>
      row.flatMap((sum, j) => (j > i && sum > 0 ? [{ i, j, sum }] : [])),
    );
    return async function* () {
      for (let from = 0; from < pairs.length; from += step) {
        const some = pairs.slice(from, from + step);
        yield {
          rows: Int32Array.from(some, ({ i }) => i),
          columns: Int32Array.from(some, ({ j }) => j),
          sums: Float64Array.from(some, ({ sum }) => sum),
        };
      }
    };
  }

  async function rowsOf(
    F: number[][],
    { top, bytes, step }: { top: number; bytes: number; step: number },
  ) {
    const lists: number[][] = [];
    let ranges = 0;
    let files = 0;
    for await (const { from, to, offsets, columns } of affinityRows(pairsOf(F, step), {
      words: F.length,
      top,
      bytes,
      path: join(folder, `run-${runs++}`),
    })) {
      assert.equal(from, lists.length);
      for (let row = from; row < to; row++)
        lists.push(Array.from(columns.subarray(offsets[row - from], offsets[row - from + 1])));
      ranges += 1;
      files = Math.max(files, (await readdir(folder)).length);
    }
    assert.deepEqual(await readdir(folder), []);
    return { lists, ranges, files };
  }

  const symmetric = (size: number, value: (i: number, j: number) => number) =>
    Array.from({ length: size }, (_, i) =>
      Array.from({ length: size }, (_, j) => (i < j ? value(i, j) : value(j, i))),
    );

  it('agrees with sets, in memory as with files', async () => {
    const input = fc.record({
      size: fc.integer({ min: 1, max: 12 }),
      values: fc.array(fc.nat(4), { minLength: 144, maxLength: 144 }),
      top: fc.integer({ min: 1, max: 12 }),
      step: fc.integer({ min: 1, max: 40 }),
    });
    await fc.assert(
      fc.asyncProperty(input, async ({ size, values, top, step }) => {
        const F = symmetric(size, (i, j) => values[i * size + j]!);
        const expected = referenceD(F, top);
        for (const bytes of [1, 200, 1e6])
          assert.deepEqual((await rowsOf(F, { top, bytes, step })).lists, expected);
      }),
      { numRuns: 100 },
    );
  });

  it('is the same whatever the memory, with files of many chunks and a heavy row', async () => {
    const F = symmetric(220, (i, j) => {
      const stream = new RandomStream(7, 1, i, j);
      return i === 3 || stream.below(4) > 0 ? 1 + stream.below(50) : 0;
    });
    const expected = referenceD(F, 30);
    const whole = await rowsOf(F, { top: 30, bytes: 1e8, step: 1000 });
    assert.deepEqual(whole.lists, expected);
    assert.deepEqual([whole.ranges, whole.files], [1, 0]);
    const spilled = await rowsOf(F, { top: 30, bytes: 8000, step: 333 });
    assert.deepEqual(spilled.lists, expected);
    assert.ok(
      spilled.ranges > 4 && spilled.files > 3,
      `${spilled.ranges} ranges, ${spilled.files} files`,
    );
  });

  it('refuses pairs that are not in the upper half', async () => {
    for (const [i, j] of [
      [1, 1],
      [2, 1],
      [0, 5],
      [-1, 2],
    ] as const) {
      const pairs = async function* () {
        yield { rows: Int32Array.of(i), columns: Int32Array.of(j), sums: Float64Array.of(1) };
      };
      await assert.rejects(
        affinityRows(pairs, { words: 5, top: 1, bytes: 100, path: join(folder, 'none') }).next(),
        /expected the upper half of a square of 5 rows/u,
      );
    }
    const spill = spillRows(Uint32Array.of(9, 9), {
      bytes: 1,
      path: join(folder, 'none'),
      weighed: false,
    });
    assert.throws(
      () => spill.add({ rows: Int32Array.of(2), columns: Int32Array.of(0) }, 1),
      /row 2 of 2/u,
    );
  });
});
