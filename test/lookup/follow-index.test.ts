import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { followIndex, IndexFormatError } from '@hashloom/lookup';
import { buildIndex, words } from './index-in-memory.ts';

const json = (value: unknown) => Buffer.from(JSON.stringify(value));

describe('followIndex', () => {
  const objects = new Map<string, Uint8Array>();
  const answered: string[] = [];
  let base: string;
  const server = createServer((request, response) => {
    const path = request.url!.replace('/indexes/tiny/', '');
    const bytes = objects.get(path);
    const etag = bytes && `"${Buffer.from(bytes).toString('base64').slice(-60)}"`;
    const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '');
    let status = range ? 206 : 200;
    if (request.headers['if-none-match'] === etag) status = 304;
    if (!bytes) status = 404;
    answered.push(`${path} ${status}`);
    const [start, end] = range ? [Number(range[1]), Number(range[2]) + 1] : [0, bytes?.length];
    response
      .writeHead(status, etag && path === 'current.json' ? { etag } : {})
      .end(status === 304 ? undefined : bytes?.subarray(start, end));
  });
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/indexes/tiny`;
    publish(3, Uint8Array.of(1, 1, 2), '3'.repeat(32));
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  function publish(version: number, codes: Uint8Array, identity: string): void {
    const { manifest, parts } = buildIndex({
      keys: words('salt', 'pepper', 'œil'),
      codes,
      tables: 1,
      codeBytes: 1,
      identity,
    });
    for (const [name, bytes] of parts) objects.set(`versions/${version}/${name}`, bytes);
    objects.set(
      `versions/${version}/index.json`,
      json({ ...manifest, version, lineage: [{ stage: 'export', key: identity }] }),
    );
    objects.set(
      'current.json',
      json({ format: 1, index: 'tiny', version, path: `versions/${version}` }),
    );
  }

  it('keeps a version until current.json names another, and asks by ETag', async () => {
    const followed = await followIndex(base);
    const old = followed.index;
    assert.deepEqual((await old.lookup('salt')).items, ['pepper']);
    assert.equal(await followed.refresh(), false);
    assert.equal(answered.at(-1), 'current.json 304');
    assert.equal(followed.index, old);

    publish(4, Uint8Array.of(7, 8, 7), '4'.repeat(32));
    const unread = followed.index.lookup('œil');
    assert.deepEqual(await Promise.all([followed.refresh(), followed.refresh()]), [true, true]);
    assert.equal(followed.index.manifest.version, 4);
    assert.deepEqual((await followed.index.lookup('salt')).items, ['œil']);
    assert.deepEqual((await unread).items, []);
    // What has the old version goes on with it, never half old and half new.
    assert.deepEqual((await old.lookup('pepper')).items, ['salt']);
  });

  it('stays with its version where the new one is not whole', async () => {
    const followed = await followIndex(base);
    const { version } = followed.index.manifest;
    objects.set('current.json', json({ format: 1, index: 'tiny', version: 9, path: 'versions/9' }));
    await assert.rejects(followed.refresh(), /no versions\/9\/index\.json there/);
    objects.set('current.json', Buffer.from('{'));
    await assert.rejects(followed.refresh(), IndexFormatError);
    objects.set(
      'current.json',
      json({ format: 1, index: 'tiny', version: 5, path: '../../other' }),
    );
    await assert.rejects(followed.refresh(), /path to be text like/);
    assert.equal(followed.index.manifest.version, version);
    assert.deepEqual((await followed.index.lookup('salt')).items, ['œil']);
    publish(10, Uint8Array.of(5, 5, 5), 'a'.repeat(32));
    assert.equal(await followed.refresh(), true);
  });
});
