import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, it } from 'vitest';
import * as fc from 'fast-check';
import { Failure } from '../../../schemas/failures.ts';
import { artifactReference, openArtifact, writeArtifact } from '../../../store/artifacts.ts';
import { growingFile } from '../../../store/growing-file.ts';
import { openStore } from '../../../store/open-store.ts';
import { encodeParquet } from '../../../store/tables/parquet.ts';
import { readTablePart } from '../../../store/tables/table-parts.ts';
import { createTableWriter } from '../../../store/tables/table-writer.ts';

const SCHEMA = { row: 'int32', sum: 'int64' } as const;

describe('tables that are written and read a row group at a time', () => {
  let folder: string;
  let made = 0;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hashloom-table-test-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function artifactOf(bytes: Uint8Array, rows: number) {
    const store = openStore(pathToFileURL(join(folder, 'store')).href);
    const reference = artifactReference({
      stage: 'filter',
      parameters: { made: made++ },
      inputs: [],
    });
    const manifest = await writeArtifact(store, reference, {
      parameters: {},
      inputs: [],
      parts: [{ name: 'kept.parquet', bytes, rows }],
      rows,
      facts: {},
      seconds: 0,
      origin: { codeVersion: 'test' },
    });
    return {
      artifact: await openArtifact(store, reference),
      file: join(folder, 'store', 'artifacts', 'filter', reference.key, manifest.parts[0]!.path),
    };
  }

  const collect = async (artifact: Awaited<ReturnType<typeof artifactOf>>['artifact']) => {
    const found: [number, bigint][] = [];
    let groups = 0;
    for await (const { row, sum } of readTablePart(artifact, 'kept.parquet', SCHEMA)) {
      groups += 1;
      for (let at = 0; at < row.length; at++) found.push([row[at]!, sum[at]!]);
    }
    return { found, groups };
  };

  it(
    'are the bytes of a table that is written at once, whatever is added at once, in memory or ' +
      'in a file',
    async () => {
      const values = fc.array(
        fc.tuple(
          fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
          fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
        ),
        { maxLength: 60 },
      );
      await fc.assert(
        fc.asyncProperty(
          values,
          fc.integer({ min: 1, max: 70 }),
          fc.integer({ min: 1, max: 20 }),
          fc.constantFrom(0, 2 ** 20),
          async (values, step, rowGroupRows, mostBytes) => {
            const all = {
              row: Int32Array.from(values, ([row]) => row),
              sum: BigInt64Array.from(values, ([, sum]) => sum),
            };
            const writer = createTableWriter(
              SCHEMA,
              growingFile(join(folder, `table-${made}`), mostBytes),
              rowGroupRows,
            );
            for (let at = 0; at < values.length; at += step) {
              const part = { row: all.row.slice(at, at + step), sum: all.sum.slice(at, at + step) };
              writer.add(part, part.row.length);
              part.row.fill(0);
            }
            const { content, rows } = writer.finish();
            const bytes = 'bytes' in content ? content.bytes : await readFile(content.file);
            assert.equal(rows, values.length);
            assert.ok(
              Buffer.from(
                await encodeParquet(SCHEMA, all, { profile: 'internal', rowGroupRows }),
              ).equals(bytes),
            );
            const { found, groups } = await collect((await artifactOf(bytes, rows)).artifact);
            assert.deepEqual(found, values);
            assert.equal(groups, Math.ceil(values.length / rowGroupRows));
          },
        ),
        { numRuns: 40 },
      );
    },
  );

  it('are refused where a byte is another, or there are other rows, columns or formats', async () => {
    const columns = {
      row: Int32Array.from({ length: 50 }, (_, at) => at),
      sum: BigInt64Array.from({ length: 50 }, (_, at) => BigInt(at * at)),
    };
    const whole = await encodeParquet(SCHEMA, columns, { profile: 'internal', rowGroupRows: 20 });
    const refused = (error: unknown) => {
      assert.ok(error instanceof Failure && error.type === 'IntegrityError', String(error));
      assert.match(error.message, /run the reindex again/u);
      return true;
    };
    for (let at = 0; at < whole.length; at += at < 4 || at > whole.length - 9 ? 1 : 7) {
      const { artifact, file } = await artifactOf(whole, 50);
      const broken = Buffer.from(whole);
      broken[at]! ^= 0x11;
      await writeFile(file, broken);
      await assert.rejects(collect(artifact), refused, `byte ${at}`);
    }
    const cut = await artifactOf(whole, 50);
    await writeFile(cut.file, whole.subarray(0, 100));
    await assert.rejects(collect(cut.artifact), refused);
    await assert.rejects(collect((await artifactOf(whole, 51)).artifact), refused);
    await assert.rejects(collect((await artifactOf(Buffer.from('nothing'), 0)).artifact), refused);
    const other = await encodeParquet(
      { row: 'int32' },
      { row: columns.row },
      { profile: 'internal' },
    );
    await assert.rejects(collect((await artifactOf(other, 50)).artifact), refused);
    const published = await encodeParquet(SCHEMA, columns, { profile: 'published' });
    await assert.rejects(collect((await artifactOf(published, 50)).artifact), refused);
  });
});
