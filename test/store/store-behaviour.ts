import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'vitest';
import type { ObjectHead, Store } from '../../store/store.ts';

const text = (bytes: Uint8Array | undefined): string | undefined =>
  bytes === undefined ? undefined : Buffer.from(bytes).toString('utf8');

export const bytesOf = (string: string): Uint8Array => new Uint8Array(Buffer.from(string));

export async function listed(store: Store, prefix = ''): Promise<string[]> {
  const found: ObjectHead[] = [];
  for await (const object of store.list(prefix)) found.push(object);
  return found.map(({ path }) => path);
}

export interface StoreQuirks {
  /** s3rver lists `a/1` before `a-b`. */
  foldersFirst?: boolean;
}

/** What every store does; `open` gives one with nothing in it. */
export function describeStore(
  open: () => Promise<Store>,
  { foldersFirst = false }: StoreQuirks = {},
): void {
  it('returns what was put, whole and by range', async () => {
    const store = await open();
    const etag = await store.put('a/b.txt', bytesOf('0123456789'));
    assert.equal(text(await store.get('a/b.txt')), '0123456789');
    assert.equal(text(await store.getRange('a/b.txt', 2, 5)), '234');
    assert.equal(text(await store.getRange('a/b.txt', 8, 50)), '89');
    assert.equal(text(await store.getRange('a/b.txt', 10, 12)), '');
    assert.equal(text(await store.getRange('a/b.txt', 4, 4)), '');
    const head = await store.head('a/b.txt');
    assert.deepEqual(
      { ...head, modifiedMs: 0 },
      { path: 'a/b.txt', size: 10, etag, modifiedMs: 0 },
    );
    assert.ok(Math.abs(head!.modifiedMs - Date.now()) < 60_000, `${head!.modifiedMs}`);
    const chunks: Uint8Array[] = [];
    for await (const chunk of (await store.stream('a/b.txt'))!) chunks.push(chunk as Uint8Array);
    assert.equal(Buffer.concat(chunks).toString('utf8'), '0123456789');
  });

  it('returns bytes that begin their own buffer', async () => {
    const store = await open();
    await store.put('aligned', new Uint8Array(24));
    for (const bytes of [await store.get('aligned'), await store.getRange('aligned', 3, 11)])
      assert.equal(bytes!.byteOffset, 0);
    assert.equal((await store.getRange('aligned', 3, 11))!.buffer.byteLength, 8);
  });

  it('holds empty objects', async () => {
    const store = await open();
    await store.put('empty', new Uint8Array(0));
    assert.equal((await store.get('empty'))!.length, 0);
    assert.equal((await store.head('empty'))!.size, 0);
  });

  it('answers undefined for what is missing', async () => {
    const store = await open();
    await store.put('a/b', bytesOf('x'));
    for (const path of ['nothing', 'a', 'a/b/c', 'z/z/z']) {
      assert.equal(await store.get(path), undefined, path);
      assert.equal(await store.getRange(path, 0, 4), undefined, path);
      assert.equal(await store.stream(path), undefined, path);
      assert.equal(await store.head(path), undefined, path);
      await store.delete(path);
    }
    assert.equal(await store.put('nothing', bytesOf('x'), { ifMatch: '"0123"' }), undefined);
    assert.deepEqual(await listed(store, 'z'), []);
    await assert.rejects(store.copy('nothing', 'there'), {
      name: 'StoreError',
      message: /nothing at/,
    });
  });

  it('overwrites, deletes and changes the etag with the content', async () => {
    const store = await open();
    const first = await store.put('o', bytesOf('one'));
    const second = await store.put('o', bytesOf('two'));
    assert.notEqual(first, second);
    assert.equal((await store.head('o'))!.etag, second);
    assert.equal(text(await store.get('o')), 'two');
    await store.delete('o');
    assert.equal(await store.head('o'), undefined);
  });

  it('keeps ifAbsent and ifMatch', async () => {
    const store = await open();
    const first = await store.put('c', bytesOf('one'), { ifAbsent: true });
    assert.equal(typeof first, 'string');
    assert.equal(await store.put('c', bytesOf('two'), { ifAbsent: true }), undefined);
    assert.equal(text(await store.get('c')), 'one');
    const second = await store.put('c', bytesOf('two'), { ifMatch: first! });
    assert.equal((await store.head('c'))!.etag, second);
    assert.equal(await store.put('c', bytesOf('six'), { ifMatch: first! }), undefined);
    assert.equal(text(await store.get('c')), 'two');
    assert.deepEqual(await listed(store), ['c']);
  });

  it('copies and uploads files, independent of their source', async () => {
    const store = await open();
    const folder = await mkdtemp(join(tmpdir(), 'hashloom-upload-'));
    const local = join(folder, 'local');
    try {
      await writeFile(local, 'from a file');
      const etag = await store.putFile('up/loaded file ü', local);
      assert.equal((await store.head('up/loaded file ü'))!.etag, etag);
      await store.copy('up/loaded file ü', 'copied');
      await store.copy('up/loaded file ü', 'copied');
      await writeFile(local, 'changed');
      await store.put('up/loaded file ü', bytesOf('changed'));
      assert.equal(text(await store.get('copied')), 'from a file');
      assert.deepEqual(await listed(store), ['copied', 'up/loaded file ü']);
      await assert.rejects(store.putFile('x', join(folder, 'missing')), { code: 'ENOENT' });
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('lists in byte order, by any prefix, with heads', async () => {
    const store = await open();
    const beside = foldersFirst ? [] : ['a-b'];
    const paths = [
      ...beside,
      'a/1',
      'a/10',
      'a/2/x',
      'a/2/y',
      'a0',
      'b/c',
      '~z',
      'é',
      '\u{FFFD}',
      '\u{1F600}',
    ];
    for (const path of paths.toReversed()) await store.put(path, bytesOf(path));
    assert.deepEqual(await listed(store), paths);
    assert.deepEqual(await listed(store, 'a/'), ['a/1', 'a/10', 'a/2/x', 'a/2/y']);
    assert.deepEqual(await listed(store, 'a/1'), ['a/1', 'a/10']);
    assert.deepEqual(await listed(store, 'a'), [...beside, 'a/1', 'a/10', 'a/2/x', 'a/2/y', 'a0']);
    assert.deepEqual(await listed(store, 'c'), []);
    for await (const object of store.list('a/2')) {
      const head = await store.head(object.path);
      // An S3 head has the time of modification in seconds.
      assert.deepEqual(
        { ...object, modifiedMs: Math.floor(object.modifiedMs / 1000) },
        { ...head, modifiedMs: Math.floor(head!.modifiedMs / 1000) },
      );
    }
  });

  it('refuses paths that leave the store or are its own', async () => {
    const store = await open();
    for (const path of [
      '',
      '/a',
      'a/',
      'a//b',
      '../a',
      'a/../../b',
      'a/./b',
      'a\0b',
      '.hashloom-tmp-1',
      'a/.hashloom-lock-1',
      '.hashloom-probe/1',
    ]) {
      await assert.rejects(
        async () => await store.put(path, bytesOf('x')),
        { name: 'StoreError' },
        path,
      );
      await assert.rejects(async () => await store.get(path), { name: 'StoreError' }, path);
    }
    await assert.rejects(listed(store, 'a/../..'), { name: 'StoreError' });
  });
}
