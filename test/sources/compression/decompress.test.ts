import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { describe, it } from 'vitest';
import { decompress } from '../../../sources/compression/decompress.ts';

const TEXT = 'a line of a text\n'.repeat(1000);

async function read(size: number, bytes: Uint8Array): Promise<string> {
  const chunks = (async function* () {
    yield await Promise.resolve(bytes);
  })();
  const parts: Buffer[] = [];
  for await (const part of decompress({ uri: 'file:///a.gz', size }, chunks, 1000))
    parts.push(part);
  return Buffer.concat(parts).toString();
}

describe('decompress', () => {
  it('reads a whole gzip file whose size is not known, as init and plan do', async () => {
    const bytes = gzipSync(TEXT);
    assert.equal(await read(Number.POSITIVE_INFINITY, bytes), TEXT);
    assert.equal(await read(bytes.length, bytes), TEXT);
  });

  it('refuses zeros and more behind a member where the size is known', async () => {
    const bytes = Buffer.concat([gzipSync(TEXT), Buffer.alloc(9), gzipSync(TEXT)]);
    await assert.rejects(read(bytes.length, bytes), /expected another member or the end/);
  });
});
