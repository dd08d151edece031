import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { afterAll, beforeAll, describe, it } from 'vitest';
import {
  followIndex,
  type FollowedIndex,
  IndexFormatError,
  IndexReadError,
  openIndex,
} from '@hashloom/lookup';
import { eventually } from '../eventually.ts';
import { buildIndex, type IndexInMemory, openCounting, words } from './index-in-memory.ts';
import { type IndexServer, serveIndex } from './index-server.ts';
import { wordsWithLists } from './query/indexes-of-thousands.ts';

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

describe('a version that goes while it is read', () => {
  const first = wordsWithLists(1);
  const second = wordsWithLists(2);
  const { sorted } = first;
  let server: IndexServer;

  beforeAll(async () => {
    server = await serveIndex();
    server.publish(1, first.built);
  });
  afterAll(() => server.close());

  function remove(version: number): void {
    for (const path of server.objects.keys())
      if (path.startsWith(`versions/${version}/`)) server.objects.delete(path);
  }

  it('is named in the error of whoever had opened it, with what to do', async () => {
    const index = await openIndex(server.base);
    await index.query({ id: sorted[0]! });
    const gone = new Map(server.objects);
    server.publish(2, second.built);
    remove(1);
    await assert.rejects(
      index.query({ id: sorted[3000]! }),
      (error) =>
        error instanceof IndexReadError &&
        error.missing &&
        /versions\/1\/neighbours\.pages: .*404; version 1 of tiny .* removed .*open the index again/.test(
          error.message,
        ),
    );
    const followed = await followIndex(server.base);
    assert.equal((await followed.query({ id: sorted[3000]! })).version, 2);
    for (const [path, bytes] of gone) server.objects.set(path, bytes);
  });

  it('fails no query of who follows the index, through swaps and removals under load', async () => {
    server.publish(1, first.built);
    const followed = await followIndex(server.base);
    server.delayMs = 1;
    const versions = new Set<number>();
    const expected = new Map<number, string[][]>();
    for (const [version, { built }] of [
      [1, first],
      [2, second],
      [3, first],
      [4, second],
    ] as const)
      expected.set(version, await firstMatches(built, sorted));
    const swaps = { areOver: false };
    const asking = Array.from({ length: 20 }, async (_, worker) => {
      for (let q = worker; !swaps.areOver || q < 200; q += 7) {
        const at = (q * 37) % sorted.length;
        const { matches, version } = await followed.query({ id: sorted[at]! });
        versions.add(version);
        const found = matches.map(({ id }) => id);
        assert.deepEqual(found, expected.get(version)![at], `of version ${version}`);
        // Answers out of the cache wait for nothing, and would keep all others waiting.
        await turn();
      }
    });
    const swapping = async (): Promise<void> => {
      await answeredBy(followed, 1);
      for (const [version, { built }] of [
        [2, second],
        [3, first],
        [4, second],
      ] as const) {
        server.publish(version, built);
        // Every other one is found by a query that meets a hole, the others by who looks.
        if (version === 3) await followed.refresh();
        remove(version - 1);
        await eventually(
          `a question that version ${version} answers`,
          () => versions.has(version),
          {
            everyMs: 1,
          },
        );
      }
      swaps.areOver = true;
    };
    await Promise.all([swapping(), ...asking]);
    assert.deepEqual(versions, new Set([1, 2, 3, 4]));
  });

  it('is an error of a query where current.json still names it', async () => {
    const followed = await followIndex(server.base);
    remove(followed.index.manifest.version);
    await assert.rejects(followed.query({ id: sorted[9]! }), IndexReadError);
  });
});

/** Waits until some query has been answered by this version. */
async function answeredBy(followed: FollowedIndex, version: number): Promise<void> {
  for (let q = 0; ; q++)
    if (
      (await followed.query({ id: `word${String(q * 41).padStart(5, '0')}` })).version === version
    )
      return;
}

async function firstMatches(built: IndexInMemory, sorted: readonly string[]): Promise<string[][]> {
  const { index } = openCounting(built);
  await index.warm();
  const answers = await index.queryBatch(sorted.map((id) => ({ id })));
  return answers.map(({ matches }) => matches.map(({ id }) => id));
}
