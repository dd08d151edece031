import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import { storedCells } from '../../../activities/vectors/stored-cells.ts';
import { compactVector, strideOf } from '../../../format/compact-vectors.ts';
import { nearCells } from '../../../kernels/vectors/near-cells.ts';
import { nearLister } from '../../../kernels/vectors/near-lists.ts';
import { buildCells, cellParts } from '../../lookup/cells/cells-in-memory.ts';
import { clusteredVectors } from '../../lookup/cells/clustered-vectors.ts';
import { nearestByCosine } from '../../reference/nearest-by-cosine.ts';

const D = 20;
const TOP = 12;

describe('lists of near vectors', () => {
  const n = 3000;
  const vectors = clusteredVectors(n, D, 60);

  it('have the largest cosines of all compact vectors where all cells are looked at', async () => {
    const some = vectors.subarray(0, 400 * D);
    const lists = await listAll(some, 30, Infinity);
    assert.equal(lists.size, 400);
    const compact = compactRows(some);
    for (const item of [0, 7, 399]) {
      const expected = Array.from({ length: 400 }, (_, other) => other)
        .filter((other) => other !== item)
        .map((other) => ({ other, cosine: compact(item, other) }))
        .sort((a, b) => b.cosine - a.cosine || a.other - b.other)
        .slice(0, TOP);
      assert.deepEqual(
        lists.get(item)!.map(([number]) => number),
        expected.map(({ other }) => other),
      );
      for (const [k, [, score]] of lists.get(item)!.entries())
        assert.ok(Math.abs(score - expected[k]!.cosine) < 1e-5);
    }
  });

  it('find nearly all of the nearest by exact cosine among the items of near cells', async () => {
    const lists = await listAll(vectors, 220, 600);
    let found = 0;
    const asked = Array.from({ length: 100 }, (_, k) => 30 * k);
    for (const item of asked) {
      const own = vectors.subarray(item * D, (item + 1) * D);
      const exact = nearestByCosine(vectors, own, D, TOP + 1).filter((each) => each !== item);
      found += lists.get(item)!.filter(([number]) => exact.includes(number)).length / TOP;
    }
    assert.ok(found / asked.length >= 0.95, String(found / asked.length));
  });

  it('give of equal vectors the smaller numbers, and never the item itself', async () => {
    const equal = new Float32Array(40 * D).map((_, at) => 1 + (at % D));
    const lists = await listAll(equal, 5, Infinity);
    for (let item = 0; item < 40; item++)
      assert.deepEqual(
        lists.get(item)!.map(([number]) => number),
        Array.from({ length: TOP + 1 }, (_, k) => k)
          .filter((number) => number !== item)
          .slice(0, TOP),
      );
  });

  it('are empty of a single item', async () => {
    assert.deepEqual(await listAll(vectors.subarray(0, D), 1, 10), new Map([[0, []]]));
  });
});

async function listAll(
  vectors: Float32Array,
  cells: number,
  wanted: number,
): Promise<Map<number, [number, number][]>> {
  const n = vectors.length / D;
  const values = BigInt64Array.from({ length: n }, (_, i) => BigInt(i));
  const files = buildCells(vectors, { dimensions: D, cells, keys: { kind: 'int64', values } });
  const stored = storedCells({
    map: files.map,
    expected: cellParts(files, n).expected,
    read: (start, end) => Promise.resolve(files.bin.subarray(start, end)),
  });
  const near = nearCells(stored.places, wanted);
  const list = nearLister(TOP, stored.stride);
  const lists = new Map<number, [number, number][]>();
  for (let cell = 0; cell < stored.places.items.length; cell++) {
    const chosen = near(cell);
    if (wanted === Infinity) assert.equal(chosen.length, stored.places.items.length);
    const [own] = await stored.itemsOf([cell]);
    list(
      own!,
      await stored.itemsOf(chosen),
      () => true,
      (item, { size, numbers, scores }) => {
        assert.ok(!lists.has(item));
        lists.set(
          item,
          Array.from({ length: size }, (_, k) => [numbers[k]!, scores[k]!]),
        );
      },
    );
  }
  return lists;
}

function compactRows(vectors: Float32Array): (a: number, b: number) => number {
  const n = vectors.length / D;
  const stride = strideOf(D);
  const rows = new Int8Array(n * stride);
  const scales = Array.from({ length: n }, (_, i) =>
    compactVector(vectors, i * D, D, rows, i * stride),
  );
  return (a, b) => {
    let sum = 0;
    for (let k = 0; k < D; k++) sum += rows[a * stride + k]! * rows[b * stride + k]!;
    return Math.fround(Math.fround(sum) * scales[b]!) * scales[a]!;
  };
}
