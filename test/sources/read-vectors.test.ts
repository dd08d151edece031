import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import { configuration } from '../../schemas/configuration.ts';
import type { PayloadColumns } from '../../schemas/configuration/payload.ts';
import { payloadFields, type PayloadFields } from '../../schemas/payload-fields.ts';
import { readingRules } from '../../schemas/reading-rules.ts';
import { readVectors, type VectorRows } from '../../sources/read-vectors.ts';
import { vectorFile } from '../store/vector-file.ts';

const NAMES = { id: 'id', vector: 'vector' };

async function decodeVectors(
  bytes: Uint8Array,
  columns: { id: string; vector: string; payload?: PayloadColumns },
  uri: string,
  fields?: PayloadFields,
): Promise<VectorRows> {
  const parsed = configuration.parse({
    index: 'a',
    store: '/a',
    source: { path: '/a', kind: 'vectors' },
  });
  const range = async (from: number, to: number) => bytes.subarray(from, to);
  return await readVectors(
    { uri, size: bytes.length, range },
    columns,
    readingRules(parsed.source),
    { fields },
  );
}

describe('readVectors', () => {
  for (const list of ['fixed', 'variable'] as const) {
    for (const float of ['float32', 'float64'] as const) {
      it(`reads ${list} lists of ${float}, with int64 ids, strings or none`, async () => {
        const vectors = [
          [1, 2, 3],
          [0, -1, 0.5],
          [4, 0, 0],
        ];
        const rows = await decodeVectors(
          vectorFile(vectors, [5n, -1n, 2n ** 62n], list, float),
          NAMES,
          'x',
        );
        assert.deepEqual([rows.rows, rows.dimensions, [...rows.values]], [3, 3, vectors.flat()]);
        assert.deepEqual(rows.ids, [5n, -1n, 2n ** 62n]);
        assert.deepEqual(
          (await decodeVectors(vectorFile(vectors, ['a', 'é', 'c'], list, float), NAMES, 'x')).ids,
          ['a', 'é', 'c'],
        );
        assert.equal(
          (await decodeVectors(vectorFile(vectors, undefined, list, float), NAMES, 'x')).ids,
          undefined,
        );
      });
    }
  }

  it('brings columns along as the fields of payloads', async () => {
    const payload = ['title', 'year', 'price', 'sold', 'tags'];
    const file = vectorFile([[1], [2]], [1n, 2n], 'fixed', 'float32', {
      title: ['a', null],
      year: [2020n, 2021n],
      price: [0.5, null],
      sold: [true, false],
      tags: [['x', 'y'], null],
    });
    const fields = payloadFields(payload)!;
    const { payloads } = await decodeVectors(file, { ...NAMES, payload }, 'v.parquet', fields);
    assert.deepEqual(payloads, [
      '{"title":"a","year":2020,"price":0.5,"sold":true,"tags":["x","y"]}',
      '{"year":2021,"sold":false}',
    ]);
    const known = payloadFields(['year'])!;
    known.add('year', fields.seen().find(([name]) => name === 'year')![1]);
    const wrong = vectorFile([[1]], [1n], 'fixed', 'float32', { year: ['2020'] });
    await assert.rejects(
      decodeVectors(wrong, { ...NAMES, payload: ['year'] }, 'w.parquet', known),
      /w\.parquet row 0, field "year" of the payload: a string, but a number in v\.parquet row 0/,
    );
  });

  it('names the row of a bad vector', async () => {
    const refused = (bytes: Uint8Array, message: RegExp) =>
      assert.rejects(decodeVectors(bytes, NAMES, 'v.parquet'), message);
    await refused(
      vectorFile([
        [1, 2],
        [1, Number.NaN],
      ]),
      /v\.parquet row 1, dimension 1: expected a finite value, got NaN/,
    );
    await refused(
      vectorFile([
        [1, 2],
        [Number.POSITIVE_INFINITY, 0],
      ]),
      /row 1, dimension 0: expected a finite value, got Infinity/,
    );
    await refused(
      vectorFile([
        [1, 2],
        [3, 4],
        [0, 0],
      ]),
      /row 2: a vector of zeros alone/,
    );
    await refused(
      vectorFile(
        [
          [1, 2],
          [3, 4, 5],
        ],
        undefined,
        'variable',
      ),
      /row 1: expected 2 dimensions as in the rows before, got 3/,
    );
    await refused(vectorFile([[1, 2], null], undefined, 'variable'), /row 1: no vector/);
    await refused(vectorFile([[]], undefined, 'variable'), /row 0: a vector of no dimensions/);
    await refused(Buffer.from('no Parquet'), /no Parquet file: expected PAR1/);
    await assert.rejects(
      decodeVectors(vectorFile([[1]]), { id: 'id', vector: 'embedding' }, 'x'),
      /x: no column "embedding", only vector; set vectors\.vector/,
    );
    await assert.rejects(
      decodeVectors(vectorFile([[1]], [1n]), { id: 'x', vector: 'id' }, 'x'),
      /column "id" is int64, expected a list of numbers/,
    );
  });
});
