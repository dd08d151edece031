import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { Failure } from '../../schemas/failures.ts';
import { listSources, type SourceFile } from '../../sources/list-sources.ts';
import { openSource } from '../../sources/open-source.ts';
import { openStore } from '../../store/open-store.ts';
import { type S3Server, startS3Server } from '../store/s3-server.ts';

const FILES = [
  'a.txt',
  'b.txt',
  'c.md',
  'deep/d.txt',
  'deep/er/e.txt',
  'deep/er/é#?%.txt',
  '.hidden.txt',
  '.git/x.txt',
  'deep/.f.txt',
  '[x]{a}*.txt',
  'empty.txt',
];
const VISIBLE = [
  '[x]{a}*.txt',
  'a.txt',
  'b.txt',
  'c.md',
  'deep/d.txt',
  'deep/er/e.txt',
  'deep/er/é#?%.txt',
  'empty.txt',
];

/** Pattern below the root and the files it names, in byte order of names. */
const GLOBS: [string, string[]][] = [
  ['*.txt', ['[x]{a}*.txt', 'a.txt', 'b.txt', 'empty.txt']],
  ['?.txt', ['a.txt', 'b.txt']],
  ['*', ['[x]{a}*.txt', 'a.txt', 'b.txt', 'c.md', 'empty.txt']],
  ['**', VISIBLE],
  ['**/*.txt', VISIBLE.filter((name) => name !== 'c.md')],
  ['deep/**/e.txt', ['deep/er/e.txt']],
  ['deep/**', ['deep/d.txt', 'deep/er/e.txt', 'deep/er/é#?%.txt']],
  ['**/er/*', ['deep/er/e.txt', 'deep/er/é#?%.txt']],
  ['{a,c}.{txt,md}', ['a.txt', 'c.md']],
  ['{a.txt,deep/{d,er/e}.txt}', ['a.txt', 'deep/d.txt', 'deep/er/e.txt']],
  ['{deep,nowhere}/*.txt', ['deep/d.txt']],
  ['{,x}*.md', ['c.md']],
  ['.*.txt', ['.hidden.txt']],
  ['deep/{.f,d}.txt', ['deep/.f.txt', 'deep/d.txt']],
  ['[x]{a}*.txt', ['[x]{a}*.txt']],
  // What other dialects read as sets, groups, negation or ranges stands for itself.
  ['[x]{a}?.txt', ['[x]{a}*.txt']],
  ['[ab].t*', []],
  ['!a.t*', []],
  ['+(a).t*', []],
  ['{a..c}.t*', []],
  ['deep**', []],
  ['*.', []],
  ['b*x', []],
];

const refusedWith =
  (type: string, ...parts: (string | RegExp)[]) =>
  (error: unknown) => {
    assert.ok(error instanceof Failure && error.type === type, String(error));
    for (const part of parts)
      assert.match(
        error.message,
        part instanceof RegExp
          ? part
          : new RegExp(part.replace(/[\\^$.*+?()[\]{}|]/gu, String.raw`\$&`), 'u'),
      );
    return true;
  };

async function readAll(file: SourceFile): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  const source = openSource({ ...file, start: 0, end: file.size }, openStore);
  for await (const chunk of source.stream()) chunks.push(chunk);
  await source.checkUnchanged();
  return Buffer.concat(chunks);
}

describe('listSources on files', () => {
  let root: string;
  const uris = (names: string[]) =>
    names.map((name) => pathToFileURL(join(root, name)).href).sort();
  const listed = async (uri: string) => (await listSources(uri, openStore)).map(({ uri }) => uri);

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'hashloom-list-'));
    for (const name of FILES) {
      await mkdir(dirname(join(root, name)), { recursive: true });
      await writeFile(join(root, name), name === 'empty.txt' ? '' : `in ${name}`);
    }
    await mkdir(join(root, 'nothing-in-it'));
  });
  afterAll(() => rm(root, { recursive: true }));

  it('lists a file, with what is known of it', async () => {
    const [file, ...others] = await listSources(join(root, 'a.txt'), openStore);
    const { size, mtimeMs } = await stat(join(root, 'a.txt'));
    assert.deepEqual(others, []);
    assert.deepEqual(
      { ...file, etag: '' },
      {
        uri: pathToFileURL(join(root, 'a.txt')).href,
        size,
        etag: '',
        modifiedMs: Math.floor(mtimeMs),
      },
    );
    assert.notEqual(file?.etag, '');
  });

  it('lists a folder and all below it but hidden names, sorted', async () => {
    for (const uri of [root, `${root}/`, pathToFileURL(root).href, `${pathToFileURL(root).href}/`])
      assert.deepEqual(await listed(uri), uris(VISIBLE));
  });

  for (const [glob, names] of GLOBS) {
    it(`lists ${glob}`, async () => {
      const plain = `${root}/${glob}`;
      for (const uri of [
        plain,
        `${pathToFileURL(root).href}/${glob.replaceAll('%', '%25')}`,
        pathToFileURL(plain).href,
      ]) {
        if (names.length > 0) assert.deepEqual(await listed(uri), uris(names));
        else await assert.rejects(listed(uri), refusedWith('DataError', `nothing matches ${uri}`));
      }
    });
  }

  it('opens what it lists', async () => {
    for (const file of await listSources(root, openStore)) {
      assert.equal((await readAll(file)).length, file.size);
    }
    const gone = { uri: `${pathToFileURL(root).href}/gone.txt`, size: 5, etag: 'x', modifiedMs: 0 };
    await assert.rejects(readAll(gone), refusedWith('DataError', 'gone.txt is gone'));
  });

  it('says what it looked at', async () => {
    await assert.rejects(
      listed(`${root}/nowhere`),
      refusedWith('DataError', `nothing at ${root}/nowhere`),
    );
    await assert.rejects(listed(`${root}/nothing-in-it`), refusedWith('DataError', 'nothing at'));
    await assert.rejects(
      listed(`${root}/deep/*.md`),
      refusedWith('DataError', 'looked at 4 files', 'for example .f.txt, d.txt'),
    );
    await assert.rejects(
      listed(`${root}/nowhere/*.md`),
      refusedWith('DataError', 'there are no files below'),
    );
  });

  it('refuses what is no place', async () => {
    await assert.rejects(listed('books/*.txt'), refusedWith('ConfigurationError', 'accepted are'));
    await assert.rejects(
      listed('https://host/books'),
      refusedWith('ConfigurationError', 'accepted are'),
    );
    await assert.rejects(listed('file:///a/100%.txt'), refusedWith('ConfigurationError', '%25'));
    await assert.rejects(
      listed(`${root}/{a,b`),
      refusedWith('ConfigurationError', 'a { without its }'),
    );
  });
});

describe('listSources on a bucket', () => {
  let server: S3Server;
  const uris = (names: string[], prefix = '') =>
    names.map((name) => `s3://corpus/${prefix}${name}`);
  const listed = async (uri: string) => (await listSources(uri, openStore)).map(({ uri }) => uri);

  beforeAll(async () => {
    server = await startS3Server('corpus');
    const store = openStore('s3://corpus/books');
    for (const name of FILES) await store.put(name, Buffer.from(`in ${name}`));
    await openStore('s3://corpus').put('books.txt', Buffer.from('not in the folder'));
  });
  afterAll(() => server.close());

  it('lists a key, a prefix and the whole bucket', async () => {
    assert.deepEqual(
      await listed('s3://corpus/books/deep/er/é#?%.txt'),
      uris(['books/deep/er/é#?%.txt']),
    );
    assert.deepEqual(await listed('s3://corpus/books'), uris(VISIBLE, 'books/'));
    assert.deepEqual(await listed('s3://corpus/books/'), uris(VISIBLE, 'books/'));
    assert.deepEqual(await listed('s3://corpus'), [
      ...uris(['books.txt']),
      ...uris(VISIBLE, 'books/'),
    ]);
    assert.deepEqual(await listed('s3://corpus/*'), uris(['books.txt']));
  });

  it('lists globs as for files', async () => {
    for (const [glob, names] of GLOBS) {
      if (names.length > 0)
        assert.deepEqual(await listed(`s3://corpus/books/${glob}`), uris(names, 'books/'), glob);
      else
        await assert.rejects(
          listed(`s3://corpus/books/${glob}`),
          refusedWith('DataError', 'nothing matches'),
        );
    }
  });

  it('opens what it lists', async () => {
    const [file] = await listSources('s3://corpus/books/deep/er/é*', openStore);
    assert.equal((await readAll(file!)).toString(), 'in deep/er/é#?%.txt');
  });

  it('passes on that there is no bucket, and says what is not there', async () => {
    await assert.rejects(
      listed('s3://no-such-bucket/books'),
      refusedWith('StoreError', 'no-such-bucket'),
    );
    await assert.rejects(
      listed('s3://corpus/nowhere'),
      refusedWith('DataError', 'nothing at s3://corpus/nowhere'),
    );
  });
});
