import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import { precisionAt } from '../../evaluation/precision-at.ts';
import { RandomStream } from '../../kernels/numbers/random.ts';
import { precisionAtBySort } from '../reference/precision-at-by-sort.ts';

const labelled = (rows: { code: number[]; labels: number[] }[]) => {
  const bits = rows[0]!.code.length;
  const codes = new Uint8Array((rows.length * bits) / 8);
  for (const [r, { code }] of rows.entries())
    for (const [k, bit] of code.entries())
      if (bit) codes[(r * bits + k) >>> 3]! |= 0x80 >>> (k & 7);
  const offsets = new Int32Array(rows.length + 1);
  for (const [r, { labels }] of rows.entries()) offsets[r + 1] = offsets[r]! + labels.length;
  return {
    codes,
    labels: { offsets, values: Int32Array.from(rows.flatMap(({ labels }) => labels)) },
  };
};
const bitsOf = (value: number) => Array.from({ length: 8 }, (_, k) => (value >> (7 - k)) & 1);

describe('precisionAt', () => {
  it('takes the expectation over ties by hand', () => {
    // Distances from 0: 0, 1, 1, 1, 2. Three places: the first, then two of the three tied ones, of
    // which one is relevant: (1 + 2 x 1/3) / 3.
    const database = [0b0, 0b1, 0b10, 0b100, 0b11].map((value, row) => ({
      code: bitsOf(value),
      labels: row === 0 || row === 3 ? [1] : [0],
    }));
    const { expected, plain } = precisionAt(
      labelled([{ code: bitsOf(0), labels: [1, 2] }]),
      labelled(database),
      8,
      3,
    );
    assert.ok(Math.abs(expected - (1 + 2 / 3) / 3) < 1e-12, `${expected}`);
    // In the order of the database the tied are rows 1 and 2, neither relevant.
    assert.ok(Math.abs(plain - 1 / 3) < 1e-12, `${plain}`);
  });

  it('is the mean over all orders of the database', () => {
    const stream = new RandomStream(3, 90);
    const draw = () => ({
      code: Array.from({ length: 8 }, (_, k) => (k < 3 ? stream.below(2) : 0)),
      labels: [stream.below(3)],
    });
    const database = Array.from({ length: 5 }, draw);
    const orders = permutations([0, 1, 2, 3, 4]);
    for (let trial = 0; trial < 20; trial++) {
      const query = draw();
      const { expected, plain, bound } = precisionAt(labelled([query]), labelled(database), 8, 3);
      assert.ok(Math.abs(expected - precisionAtBySort(query, database, 3, orders)) < 1e-12);
      assert.ok(Math.abs(plain - precisionAtBySort(query, database, 3, [[0, 1, 2, 3, 4]])) < 1e-12);
      // With all codes equal some order of the ties has every relevant document first.
      const tied = database.map(({ labels }) => ({ code: query.code, labels }));
      assert.ok(
        Math.abs(
          bound - Math.max(...orders.map((order) => precisionAtBySort(query, tied, 3, [order]))),
        ) < 1e-12,
        `${bound}`,
      );
    }
  });

  it('divides by a smaller database, and refuses codes that do not fit', () => {
    const rows = labelled([{ code: bitsOf(1), labels: [0] }]);
    assert.equal(precisionAt(rows, rows, 8, 100).expected, 1);
    assert.throws(() => precisionAt(rows, rows, 16, 100), /1 bytes of codes of 16 bits for 1 rows/);
  });
});

function permutations(items: number[]): number[][] {
  return items.length === 0
    ? [[]]
    : items.flatMap((item) =>
        permutations(items.filter((other) => other !== item)).map((rest) => [item, ...rest]),
      );
}
