import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'vitest';
import * as fc from 'fast-check';
import { decodeDense, encodeDense } from '../../../store/tables/arrow-ipc.ts';

const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const floats = (length: number) =>
  fc
    .array(fc.float(), { minLength: length, maxLength: length })
    .map((values) => Float32Array.from(values));
const tables = fc
  .tuple(fc.nat(20), fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 3 }))
  .chain(([rows, widths]) =>
    fc.record({
      rows: fc.constant(rows),
      columns: fc.tuple(
        ...widths.map((width, i) =>
          floats(rows * width).map((values) => ({ name: `c${i}`, width, values })),
        ),
      ),
      metadata: fc.dictionary(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), {
        noNullPrototype: true,
      }),
    }),
  );

describe('dense Arrow files', () => {
  it('return every table that was encoded', async () => {
    await fc.assert(
      fc.asyncProperty(tables, async ({ rows, columns, metadata }) => {
        assert.deepEqual(await decodeDense(await encodeDense(columns, metadata)), {
          columns,
          rows,
          metadata,
        });
      }),
    );
  });

  it('are read in place where they are aligned, and at any place else', async () => {
    const columns = [{ name: 'embedding', width: 3, values: Float32Array.of(1, 2, 3, 4, 5, 6) }];
    const bytes = await encodeDense(columns, {});
    const inPlace = await decodeDense(bytes);
    assert.equal(inPlace.columns[0]!.values.buffer, bytes.buffer);
    for (let shift = 1; shift <= 8; shift++) {
      const moved = new Uint8Array(bytes.length + shift).subarray(shift);
      moved.set(bytes);
      assert.deepEqual((await decodeDense(moved)).columns, columns);
    }
  });

  it(
    'give the same bytes for the same table, whatever the order of metadata, also from shared ' +
      'memory',
    async () => {
      const values = Float32Array.of(0.5, -1, 3, 8);
      const shared = new Float32Array(new SharedArrayBuffer(16));
      shared.set(values);
      const first = await encodeDense([{ name: 'e', width: 2, values }], { b: '1', a: '2' });
      const second = await encodeDense([{ name: 'e', width: 2, values: shared }], {
        a: '2',
        b: '1',
      });
      assert.equal(digest(second), digest(first));
      assert.equal(
        digest(first),
        'f3d51ef6426f8e98c8ba776a04832f3f458564564c8a66bc42e68fd3edcd8932',
      );
    },
  );

  it('refuse columns that do not fit together', async () => {
    const column = (name: string, width: number, length: number) => ({
      name,
      width,
      values: new Float32Array(length),
    });
    await assert.rejects(encodeDense([column('a', 2, 4), column('b', 2, 6)], {}), {
      name: 'RangeError',
      message: /column b: 6 values of width 2 are 3 rows, expected 2/,
    });
    await assert.rejects(encodeDense([column('a', 2, 3)], {}), { name: 'RangeError' });
    await assert.rejects(encodeDense([], {}), { name: 'RangeError' });
  });

  it('refuse bytes that are no dense Arrow file', async () => {
    const bytes = await encodeDense([{ name: 'a', width: 1, values: new Float32Array(100) }], {});
    for (const wrong of [
      new Uint8Array(0),
      Buffer.from('no arrow at all, but long enough'),
      bytes.subarray(0, 300),
      bytes.subarray(0, bytes.length - 20),
    ]) {
      await assert.rejects(decodeDense(wrong, 'state.arrow'), {
        name: 'IntegrityError',
        message: /^state\.arrow: /,
      });
    }
  });
});
