import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import * as fc from 'fast-check';
import { RUN } from '../../../schemas/tables.ts';
import { decodeEntries, encodeEntries } from '../../../kernels/affinity/delta-coding.ts';
import { createCountsWriter, splitBlock } from '../../../store/tables/counts-file.ts';
import { growingFile } from '../../../store/growing-file.ts';
import { decodeParquet } from '../../../store/tables/parquet.ts';

type Row = { column: number; sum: bigint }[];

const row = fc.array(
  fc.record({ column: fc.nat(2 ** 31 - 1), sum: fc.bigInt({ min: 0n, max: 2n ** 53n - 1n }) }),
  { maxLength: 300 },
);

/** Writes lists of rows, a block each. */
function write(blocks: Row[][]) {
  const writer = createCountsWriter(growingFile('/nowhere', 2 ** 30));
  let from = 0;
  for (const rows of blocks) {
    const entries = rows.flat();
    const ends = Uint32Array.from(rows, (_, r) => rows.slice(0, r + 1).flat().length);
    writer.add(
      from,
      ends,
      encodeEntries(
        Uint32Array.from(entries, ({ column }) => column),
        BigUint64Array.from(entries, ({ sum }) => sum),
      ),
    );
    from += rows.length;
  }
  const { content, ...file } = writer.finish();
  assert.ok('bytes' in content);
  return { ...file, bytes: content.bytes };
}

describe('a counts file', () => {
  it('is Parquet that any reader takes, and is read in place', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(row, { maxLength: 20 }), { maxLength: 4 }),
        async (blocks) => {
          const rows = blocks.flat();
          const file = write(blocks);
          const table = await decodeParquet(file.bytes, RUN);
          assert.deepEqual(
            [...table.row],
            rows.flatMap((entries, r) => entries.map(() => r)),
          );
          assert.deepEqual(
            [...table.column],
            rows.flat().map(({ column }) => column),
          );
          assert.deepEqual(
            [...table.sum],
            rows.flat().map(({ sum }) => sum),
          );
          assert.equal(file.entries, table.row.length);
          const columns = file.blocks.flatMap((block) => {
            const coded = splitBlock(
              block,
              file.bytes.subarray(block.columnsAt, block.sumsAt + block.sumsBytes),
              'test',
            );
            return [...decodeEntries(coded, block.entries).columns];
          });
          assert.deepEqual(columns, [...table.column]);
          assert.deepEqual(
            [...file.rows],
            [...rows.keys()].filter((r) => rows[r]!.length > 0),
          );
          assert.equal(file.ends.at(-1) ?? 0, file.entries);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('holds rows of more than 2^16 entries and many row groups', async () => {
    const long: Row = Array.from({ length: 70_000 }, (_, column) => ({
      column,
      sum: BigInt(column),
    }));
    const file = write([
      [long],
      ...Array.from({ length: 40 }, (): Row[] => [[{ column: 1, sum: 2n }], []]),
    ]);
    const table = await decodeParquet(file.bytes, RUN);
    assert.equal(table.row.length, 70_040);
    assert.equal(table.row.at(-1), 79);
    assert.equal(file.blocks.length, 41);
  });

  it('refuses a block that is not the one that was written', () => {
    const { bytes, blocks } = write([[[{ column: 7, sum: 9n }]]]);
    const [block] = blocks;
    const damaged = bytes.slice(block!.columnsAt, block!.sumsAt + block!.sumsBytes);
    damaged[0]! ^= 1;
    assert.throws(
      () => splitBlock(block!, damaged, 'run 0'),
      /run 0: the block at byte \d+ is not the one that was written/u,
    );
  });
});
