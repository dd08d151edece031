import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { readVectorFile } from '../../../cli/index/read-vector-file.ts';

/** A .npy as NumPy writes it, of float32. */
function npy(values: readonly number[], shape: string, type = '<f4', order = 'False'): Buffer {
  const text = `{'descr': '${type}', 'fortran_order': ${order}, 'shape': (${shape}), }`;
  const header = `${text.padEnd(117)}\n`;
  const length = Buffer.alloc(2);
  length.writeUInt16LE(header.length);
  return Buffer.concat([
    Buffer.from([0x93, ...Buffer.from('NUMPY'), 1, 0]),
    length,
    Buffer.from(header),
    Buffer.from(Float32Array.from(values).buffer),
  ]);
}

describe('readVectorFile', () => {
  let folder: string;
  const vectorsOf = async (content: string | Buffer) => {
    const file = join(folder, 'vector');
    await writeFile(file, content);
    return (await readVectorFile(file)).map((vector) => Array.from(vector));
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hashloom-vector-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('reads one vector or several, as JSON and as .npy', async () => {
    assert.deepEqual(await vectorsOf('[1, 2.5, -3]'), [[1, 2.5, -3]]);
    assert.deepEqual(await vectorsOf('[[1, 2], [3, 4]]'), [
      [1, 2],
      [3, 4],
    ]);
    assert.deepEqual(await vectorsOf(npy([1, 2.5, -3], '3,')), [[1, 2.5, -3]]);
    assert.deepEqual(await vectorsOf(npy([1, 2, 3, 4], '2, 2')), [
      [1, 2],
      [3, 4],
    ]);
    const doubles = Buffer.from(Float64Array.of(0.1, 7).buffer);
    assert.deepEqual(await vectorsOf(Buffer.concat([npy([], '2,', '<f8'), doubles])), [[0.1, 7]]);
  });

  it('says what is wrong with anything else', async () => {
    const wrong: [content: string | Buffer, message: RegExp][] = [
      ['', /is neither \.npy nor JSON/],
      ['{"vector": [1]}', /expected a JSON array of numbers/],
      ['[1, "2"]', /expected a JSON array of numbers/],
      ['[]', /has no vectors/],
      [npy([1, 2, 3], '4,'), /has 12 bytes of numbers; expected 16 for 1 x 4/],
      [npy([1, 2], '1, 1, 2'), /has the shape \(1, 1, 2\)/],
      [npy([1, 2], '2,', '<i8'), /holds <i8; expected float32/],
      [npy([1, 2, 3, 4], '2, 2', '<f4', 'True'), /laid out by columns/],
      [npy([], '0, 2'), /has no vectors/],
      [npy([1], '1,').subarray(0, 9), /ends after 9 bytes/],
    ];
    for (const [content, message] of wrong)
      await assert.rejects(vectorsOf(content), { type: 'ConfigurationError', message });
    await assert.rejects(readVectorFile(join(folder, 'nowhere')), /--vector .*nowhere: cannot be/);
  });
});
