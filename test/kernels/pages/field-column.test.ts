import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import { fieldColumn } from '../../../kernels/pages/field-column.ts';

describe('fieldColumn', () => {
  const columnOf = (values: readonly (string | undefined)[]) => {
    const column = fieldColumn(values.length);
    for (const value of values) column.add(value);
    return column.finish();
  };

  it('has distinct values in the order of items, then a place an item', () => {
    const { bytes, valuesBytes, placeBytes } = columnOf(['2', undefined, '"é"', '2'])!;
    assert.equal(placeBytes, 1);
    assert.equal(Buffer.from(bytes.subarray(0, valuesBytes)).toString(), '[2,"é"]');
    assert.deepEqual([...bytes.subarray(valuesBytes)], [1, 0, 2, 1]);
    const none = columnOf([undefined])!;
    assert.deepEqual([none.valuesBytes, [...none.bytes]], [2, [0x5b, 0x5d, 0]]);
  });

  it('widens places with the number of values, and gives up on too many bytes of them', () => {
    for (const [distinct, width] of [
      [255, 1],
      [256, 2],
      [65_535, 2],
      [65_536, 4],
    ] as const) {
      const column = columnOf(Array.from({ length: distinct }, (_, i) => String(i)))!;
      assert.equal(column.placeBytes, width);
      const last = column.bytes.subarray(-width).reduceRight((sum, byte) => 256 * sum + byte, 0);
      assert.equal(last, distinct);
    }
    const text = 'x'.repeat(1021);
    const long = (count: number) =>
      columnOf(Array.from({ length: count }, (_, i) => `"${text}${1000 + i}"`));
    assert.equal(long(4080)?.placeBytes, 2);
    assert.equal(long(4096), undefined);
  });

  it('refuses items that are missing', () => {
    assert.throws(() => fieldColumn(2).finish(), /fields: expected 2 items, got 0/);
  });
});
