import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import * as fc from 'fast-check';
import { partitionRows, placeRows } from '../../../kernels/affinity/place-rows.ts';

describe('placeRows', () => {
  it('brings entries to their rows in the order in which they come, range by range', () => {
    const entry = fc.record({ row: fc.nat(9), column: fc.nat(99) });
    fc.assert(
      fc.property(
        fc.array(entry, { maxLength: 80 }),
        fc.integer({ min: 1, max: 40 }),
        fc.boolean(),
        (entries, most, weighed) => {
          const degrees = Uint32Array.from(
            { length: 10 },
            (_, row) => entries.filter((each) => each.row === row).length,
          );
          const bounds = partitionRows(degrees, most);
          const places = placeRows(degrees, bounds, weighed);
          const found: number[][] = [];
          for (let part = 0; part + 1 < bounds.length; part++) {
            const [from, to] = [bounds[part]!, bounds[part + 1]!];
            const mine = entries.filter(({ row }) => row >= from && row < to);
            assert.ok(
              mine.length <= most || new Set(mine.map(({ row }) => row)).size === 1,
              `${mine.length} entries in rows ${from} to ${to}`,
            );
            places.begin(from, to);
            places.add(
              {
                rows: Int32Array.from(mine, ({ row }) => row),
                columns: Int32Array.from(mine, ({ column }) => column),
                ...(weighed && { sums: Float64Array.from(mine, ({ column }) => 2 * column) }),
              },
              mine.length,
            );
            const { offsets, columns, sums } = places.rows();
            for (let row = from; row < to; row++)
              found.push(
                Array.from(columns.subarray(offsets[row - from], offsets[row - from + 1])),
              );
            if (weighed)
              assert.deepEqual(
                Array.from(sums!),
                Array.from(columns, (column) => 2 * column),
              );
          }
          assert.deepEqual(
            found,
            Array.from({ length: 10 }, (_, row) =>
              entries.filter((each) => each.row === row).map(({ column }) => column),
            ),
          );
        },
      ),
    );
  });

  it('refuses rows that have more or fewer entries than were counted', () => {
    const places = placeRows(Uint32Array.of(1, 1), [0, 2], false);
    places.begin(0, 2);
    places.add({ rows: Int32Array.of(1), columns: Int32Array.of(0) }, 1);
    assert.throws(() => places.rows(), /row 0: fewer/u);
    for (const row of [1, 2, -1])
      assert.throws(
        () => places.add({ rows: Int32Array.of(row), columns: Int32Array.of(0) }, 1),
        /more entries/u,
      );
  });
});
