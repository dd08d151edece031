import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, it } from 'vitest';
import { openStore } from '../../store/open-store.ts';
import type { Store } from '../../store/store.ts';
import { bytesOf, describeStore, listed } from './store-behaviour.ts';
import { skippedFor } from '../skipped-for.ts';

const base = await mkdtemp(join(tmpdir(), 'hashloom-store-'));
afterAll(() => rm(base, { recursive: true }));

let opened = 0;
async function openEmpty(): Promise<Store> {
  opened += 1;
  return openStore(pathToFileURL(join(base, `store ${opened}`)).href);
}

const folderOf = (store: Store): string => join(store.localFile('x')!, '..');
const lockOf = (store: Store, name: string): string =>
  join(
    folderOf(store),
    `.hashloom-lock-${createHash('sha256').update(name).digest('hex').slice(0, 32)}`,
  );

describe('file store', () => {
  describeStore(openEmpty);

  it('is conditional and knows the files behind paths', async () => {
    const store = await openEmpty();
    await store.put('a/b', bytesOf('x'));
    assert.equal(await store.conditional(), true);
    assert.equal(await readFile(store.localFile('a/b')!, 'utf8'), 'x');
  });

  it('has one winner among concurrent ifAbsent puts', async () => {
    const store = await openEmpty();
    for (let round = 0; round < 20; round++) {
      const etags = await Promise.all(
        Array.from({ length: 8 }, (_, writer) =>
          store.put(`race/${round}`, bytesOf(`writer ${writer}`), { ifAbsent: true }),
        ),
      );
      assert.equal(etags.filter((etag) => etag !== undefined).length, 1);
      const winner = etags.findIndex((etag) => etag !== undefined);
      assert.equal(Buffer.from((await store.get(`race/${round}`))!).toString(), `writer ${winner}`);
    }
  });

  it('loses no update among concurrent ifMatch puts of one size', async () => {
    const store = await openEmpty();
    await store.put('counter', bytesOf('000'));
    const increment = async (): Promise<void> => {
      for (;;) {
        const head = await store.head('counter');
        const value = Number(Buffer.from((await store.get('counter'))!).toString()) + 1;
        if (
          (await store.put('counter', bytesOf(String(value).padStart(3, '0')), {
            ifMatch: head!.etag,
          })) !== undefined
        )
          return;
      }
    };
    await Promise.all(
      Array.from({ length: 4 }, async () => {
        for (let i = 0; i < 15; i++) await increment();
      }),
    );
    assert.equal(Buffer.from((await store.get('counter'))!).toString(), '060');
    assert.deepEqual(await readdir(folderOf(store)), ['counter']);
  });

  it('takes over the lock of a dead process and an old one', async () => {
    const store = await openEmpty();
    const etag = await store.put('o', bytesOf('1'));
    const { pid } = spawnSync(process.execPath, ['--version']);
    await writeFile(lockOf(store, 'o'), `${pid} ${hostname()} dead`);
    const next = await store.put('o', bytesOf('2'), { ifMatch: etag! });
    assert.equal(typeof next, 'string');
    await writeFile(lockOf(store, 'o'), '1 elsewhere old');
    await utimes(lockOf(store, 'o'), 1, 1);
    assert.equal(typeof (await store.put('o', bytesOf('3'), { ifMatch: next! })), 'string');
    assert.deepEqual(await readdir(folderOf(store)), ['o']);
  });

  it('waits for the lock of a live process', async () => {
    const store = await openEmpty();
    const etag = await store.put('o', bytesOf('1'));
    await writeFile(lockOf(store, 'o'), `${process.pid} ${hostname()} live`);
    let settled = false;
    const waiting = store
      .put('o', bytesOf('2'), { ifMatch: etag! })
      .finally(() => (settled = true));
    // Long enough for it to have gone ahead, were it not for the lock.
    for (let i = 0; i < 20; i++) await store.put(`other/${i}`, bytesOf('x'));
    assert.equal(settled, false);
    await rm(lockOf(store, 'o'));
    assert.equal(typeof (await waiting), 'string');
  });

  it('never shows half an object', async () => {
    const store = await openEmpty();
    const [a, b] = [new Uint8Array(3_000_000).fill(1), new Uint8Array(2_000_000).fill(2)];
    await store.put('big', a);
    const writer = { busy: true };
    const reader = (async () => {
      let reads = 0;
      while (writer.busy) {
        const bytes = (await store.get('big'))!;
        assert.ok(
          bytes.length === (bytes[0] === 1 ? a.length : b.length) && bytes.at(-1) === bytes[0],
        );
        reads += 1;
      }
      return reads;
    })();
    for (let i = 0; i < 20; i++) await store.put('big', i % 2 === 0 ? b : a);
    writer.busy = false;
    assert.ok((await reader) > 0);
  });

  it('hides what writers left, removes it after a day, follows links, prunes empty folders', async () => {
    const store = await openEmpty();
    await store.put('a/b/c', bytesOf('x'));
    const folder = folderOf(store);
    await writeFile(join(folder, 'a/.hashloom-tmp-new'), 'half');
    await writeFile(join(folder, 'a/.hashloom-tmp-old'), 'half');
    await utimes(join(folder, 'a/.hashloom-tmp-old'), 1, 1);
    await mkdir(join(folder, 'empty'));
    await symlink(join(folder, 'a'), join(folder, 'link'));
    await symlink(join(folder, 'nowhere'), join(folder, 'dangling'));
    assert.deepEqual(await listed(store), ['a/b/c', 'link/b/c']);
    assert.deepEqual(await readdir(join(folder, 'a')), ['.hashloom-tmp-new', 'b']);
    await rm(join(folder, 'a/.hashloom-tmp-new'));
    await store.delete('a/b/c');
    assert.deepEqual((await readdir(folder)).sort(), ['dangling', 'empty', 'link']);
  });

  it('survives puts and deletes that make and prune the same folder', async () => {
    const store = await openEmpty();
    await Promise.all(
      Array.from({ length: 8 }, async (_, writer) => {
        for (let i = 0; i < 25; i++) {
          await store.put(`deep/er/${writer}`, bytesOf('x'));
          await store.delete(`deep/er/${writer}`);
        }
      }),
    );
    assert.deepEqual(await readdir(folderOf(store)), []);
  });

  it('says what the file system refuses', async () => {
    const store = await openEmpty();
    await store.put('a', bytesOf('x'));
    await assert.rejects(store.put('a/b', bytesOf('x')), {
      name: 'StoreError',
      message: /a\/b.*a file stands where a folder is needed/,
    });
    await store.put('f/g', bytesOf('x'));
    await assert.rejects(store.put('f', bytesOf('x')), {
      name: 'StoreError',
      message: /a folder stands where the file is needed/,
    });
    await assert.rejects(store.put('n'.repeat(300), bytesOf('x')), {
      name: 'StoreError',
      message: /too long/,
    });
  });

  it(
    'says when permissions are missing',
    skippedFor(process.getuid?.() === 0 && 'root may write everywhere'),
    async () => {
      const store = await openEmpty();
      await mkdir(folderOf(store), { mode: 0o555 });
      await assert.rejects(store.put('a', bytesOf('x')), {
        name: 'StoreError',
        message: /EACCES, check owner and permissions/,
      });
    },
  );
});
