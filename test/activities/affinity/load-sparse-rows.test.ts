import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, it } from 'vitest';
import * as fc from 'fast-check';
import { readSparseRows } from '../../../activities/affinity/load-sparse-rows.ts';
import { AFFINITY } from '../../../schemas/tables.ts';
import { artifactReference, openArtifact, writeArtifact } from '../../../store/artifacts.ts';
import { openStore } from '../../../store/open-store.ts';
import { encodeParquet } from '../../../store/tables/parquet.ts';
import { toLists } from '../../reference/sparse-rows.ts';

describe('readSparseRows', () => {
  it('is the rows of a table, empty ones and any row groups among them, and refuses other orders', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'hashloom-sparse-test-'));
    const store = openStore(pathToFileURL(folder).href);
    let made = 0;
    const read = async (
      entries: readonly (readonly [number, number])[],
      words: number,
      rowGroupRows: number,
    ) => {
      const bytes = await encodeParquet(
        AFFINITY,
        {
          row: Int32Array.from(entries, ([row]) => row),
          column: Int32Array.from(entries, ([, column]) => column),
        },
        { profile: 'internal', rowGroupRows },
      );
      const reference = artifactReference({
        stage: 'hold-out',
        parameters: { made: made++ },
        inputs: [],
      });
      const parts = [{ name: 'training.parquet', bytes, rows: entries.length }];
      await writeArtifact(store, reference, {
        parameters: {},
        inputs: [],
        parts,
        rows: 0,
        facts: {},
        seconds: 0,
        origin: { codeVersion: 'test' },
      });
      return await readSparseRows(await openArtifact(store, reference), 'training.parquet', words);
    };
    try {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.array(fc.nat(99), { maxLength: 5 }), { minLength: 1, maxLength: 9 }),
          fc.integer({ min: 1, max: 12 }),
          async (lists, rowGroupRows) => {
            const entries = lists.flatMap((list, row) =>
              list.map((column) => [row, column] as const),
            );
            assert.deepEqual(toLists(await read(entries, lists.length, rowGroupRows)), lists);
          },
        ),
        { numRuns: 40 },
      );
      await assert.rejects(
        read(
          [
            [1, 0],
            [0, 0],
          ],
          2,
          10,
        ),
        /row 0 after row 1 at entry 1/u,
      );
      await assert.rejects(read([[2, 0]], 2, 10), /expected rising rows below 2/u);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
