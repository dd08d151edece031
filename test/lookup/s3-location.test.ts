import assert from 'node:assert/strict';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { followIndex, IndexFormatError, IndexReadError, openIndex } from '@hashloom/lookup';
import { openStore } from '../../store/open-store.ts';
import { type S3Server, startS3Server } from '../store/s3-server.ts';
import { buildIndex, words } from './index-in-memory.ts';

const URI = 's3://published/models/indexes/tiny';
const built = buildIndex({
  keys: words('salt', 'pepper', 'œil'),
  codes: Uint8Array.of(1, 2, 1, 3, 4, 2),
  tables: 2,
  codeBytes: 1,
});

describe('openIndex on a bucket', () => {
  let server: S3Server;
  const store = () => openStore(URI);

  beforeAll(async () => {
    server = await startS3Server('published');
    for (const [name, bytes] of built.parts) await store().put(`versions/3/${name}`, bytes);
    await store().put('versions/3/index.json', Buffer.from(JSON.stringify(built.manifest)));
    await store().put(
      'current.json',
      Buffer.from(JSON.stringify({ format: 1, index: 'tiny', version: 3, path: 'versions/3' })),
    );
  });
  afterAll(() => server.close());

  it('answers by ranged reads, without a location of the caller', async () => {
    const index = await openIndex(URI);
    assert.deepEqual((await index.lookup('salt')).items, ['pepper', 'œil']);
    assert.deepEqual((await index.nearest('salt', 1)).length, 1);
    assert.equal((await openIndex(`${URI}/versions/3`)).manifest.version, 3);
    const followed = await followIndex(URI);
    assert.equal(await followed.refresh(), false);
  });

  it('says what is not there, and what changed while it was read', async () => {
    await assert.rejects(
      openIndex('s3://published/models/indexes/none'),
      (error) => error instanceof IndexReadError && /no current\.json there/.test(error.message),
    );
    await assert.rejects(openIndex('s3://nobucket/x'), IndexReadError);
    await assert.rejects(openIndex('s3://a'), /expected s3:\/\/bucket\/prefix/);
    const index = await openIndex(URI);
    await index.lookup('salt');
    const items = built.parts.get('items.pages')!;
    await store().put('versions/3/items.pages', Buffer.concat([items, new Uint8Array(1)]));
    await assert.rejects(
      (await openIndex(URI)).lookup('pepper'),
      (error) => error instanceof IndexFormatError || error instanceof IndexReadError,
    );
    await assert.rejects(
      index.load(),
      /changed while it was read: 2048 bytes, now 2049; open the index again/,
    );
    const turned = Uint8Array.from(items, (byte, at) => (at === 600 ? byte ^ 1 : byte));
    const held = await openIndex(URI);
    await store().put('versions/3/items.pages', items);
    await held.lookup('salt');
    await store().put('versions/3/items.pages', turned);
    await assert.rejects(held.load(), /changed while it was read: ETag/);
    await store().delete('versions/3/items.pages');
    await assert.rejects((await openIndex(URI)).lookup('pepper'), /items\.pages: no such object/);
  });
});
