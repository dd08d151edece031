import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import { codeDistancesOf, COUNTED_RADII } from '../../../kernels/codes/code-distances.ts';
import { RandomStream } from '../../../kernels/numbers/random.ts';
import { distanceByBits } from '../../reference/hamming-by-bits.ts';

const SHAPES = [
  [1, 1, [1]],
  [2, 3, [1, 2, 3]],
  [3, 4, [1, 2, 3, 4]],
  [3, 4, [2, 4]],
  [2, 8, [2, 4, 6, 8]],
  [1, 32, [8, 16, 24, 32]],
  [8, 4, [1, 2, 3, 4]],
] as const;

describe('codeDistancesOf', () => {
  for (const shared of [false, true]) {
    it(
      'agrees with bits counted one by one, whatever the ' +
        `shape${shared ? ', tables that meet' : ''}`,
      () => {
        for (const [tables, codeBytes, lengths] of SHAPES) {
          // More than the 4 x 255 items after which the kernel empties its bytes.
          const items = codeBytes === 4 ? 1203 : 41;
          const random = new RandomStream(6, 0, tables);
          const codes = Uint8Array.from({ length: items * tables * codeBytes }, () =>
            random.below(3) === 0 ? random.below(256) : 0xa5,
          );
          const distancesTo = codeDistancesOf(codes, tables, codeBytes, shared, lengths);
          const code = (item: number, table: number, length: number) =>
            codes.subarray(
              (item * tables + table) * codeBytes,
              (item * tables + table) * codeBytes + length,
            );
          for (const query of [0, 7, items - 1]) {
            const found = distancesTo(query);
            const counts = new Array<number>(tables * lengths.length * COUNTED_RADII).fill(0);
            for (let item = 0; item < items; item++) {
              for (let t = 0; t < tables; t++) {
                for (const [n, length] of lengths.entries()) {
                  const met = Array.from(
                    { length: (t + 1) ** 2 },
                    (_, pair) => [pair % (t + 1), Math.floor(pair / (t + 1))] as const,
                  ).filter(([p, q]) => shared || p === q);
                  const least = Math.min(
                    ...met.map(([p, q]) =>
                      distanceByBits(code(query, p, length), code(item, q, length)),
                    ),
                  );
                  if (item !== query && least < COUNTED_RADII)
                    counts[(t * lengths.length + n) * COUNTED_RADII + least]! += 1;
                  if (t === tables - 1 && length === codeBytes)
                    assert.equal(found.distances[item], least);
                }
              }
            }
            assert.deepEqual(
              [...found.counts],
              counts,
              `${tables} x ${codeBytes} bytes, query ${query}`,
            );
          }
        }
      },
    );
  }

  it('refuses a shape that cannot be', () => {
    assert.throws(() => codeDistancesOf(new Uint8Array(10), 1, 4, false, [4]), RangeError);
    assert.throws(() => codeDistancesOf(new Uint8Array(8), 1, 4, false, [2]), RangeError);
    assert.throws(() => codeDistancesOf(new Uint8Array(8), 1, 4, false, [4, 4]), RangeError);
  });
});
