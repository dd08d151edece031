import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, it } from 'vitest';
import * as fc from 'fast-check';
import { growingFile } from '../../store/growing-file.ts';

describe('a growing file', () => {
  let folder: string;
  let made = 0;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hashloom-growing-'));
  });

  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it('holds what was pushed, in memory or in a file', async () => {
    const sizes = fc.array(
      fc.oneof(fc.nat(9), fc.constantFrom(2 ** 20, 2 ** 20 - 1, 2 ** 21 + 3)),
      { maxLength: 8 },
    );
    await fc.assert(
      fc.asyncProperty(sizes, fc.constantFrom(0, 2 ** 20, 2 ** 30), async (sizes, most) => {
        const path = join(folder, String(made++));
        const file = growingFile(path, most);
        const pieces = sizes.map((size, at) => new Uint8Array(size).fill(at + 1));
        for (const piece of pieces) file.push(piece);
        const expected = Buffer.concat(pieces);
        assert.equal(file.length(), expected.length);
        const content = file.finish();
        assert.equal('file' in content, expected.length > most || most === 0);
        const found = 'file' in content ? await readFile(content.file) : Buffer.from(content.bytes);
        assert.ok(found.equals(expected));
        await rm(path, { force: true });
      }),
      { numRuns: 60 },
    );
  });
});
