import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { listSources, type SourceFile } from '../../sources/list-sources.ts';
import { openSource } from '../../sources/open-source.ts';
import { openStore } from '../../store/open-store.ts';

const listed = async (uri: string): Promise<string[]> =>
  (await listSources(uri, openStore)).map((file) => file.uri);

async function textOf(file: SourceFile): Promise<string> {
  const source = openSource({ ...file, start: 0, end: file.size }, openStore);
  const chunks: Uint8Array[] = [];
  for await (const chunk of source.stream()) chunks.push(chunk);
  await source.checkUnchanged();
  return Buffer.concat(chunks).toString();
}

describe('links in a corpus', () => {
  let root: string;
  const uris = (...names: string[]) => names.map((name) => pathToFileURL(join(root, name)).href);

  beforeAll(async () => {
    const scratch = await mkdtemp(join(tmpdir(), 'hashloom-places-'));
    root = join(scratch, 'corpus');
    for (const folder of ['corpus/2024', 'corpus/deep/.kept', 'outside'])
      await mkdir(join(scratch, folder), { recursive: true });
    for (const file of ['corpus/2024/a.txt', 'corpus/deep/.kept/b.txt', 'outside/c.txt'])
      await writeFile(join(scratch, file), file);
    await symlink('..', join(root, 'deep/up'));
    await symlink('self', join(root, 'self'));
    await symlink('nowhere', join(root, 'dangling'));
    await symlink('2024', join(root, '1-latest'));
    await symlink('2024/a.txt', join(root, '0-first.txt'));
    await symlink('.kept', join(root, 'deep/current'));
    await symlink('../outside', join(root, 'out-1'));
    await symlink('../outside', join(root, 'out-2'));
    await symlink('../corpus', join(scratch, 'outside/back'));
  });
  afterAll(() => rm(join(root, '..'), { recursive: true }));

  it('are followed, each file is read once, and a loop ends', async () => {
    assert.deepEqual(await listed(root), uris('2024/a.txt', 'deep/current/b.txt', 'out-1/c.txt'));
  });

  it('lead to what a glob names by them alone', async () => {
    assert.deepEqual(await listed(`${root}/1-latest/*.txt`), uris('1-latest/a.txt'));
    assert.deepEqual(await listed(`${root}/0-first.txt`), uris('0-first.txt'));
    assert.deepEqual(await listed(`${root}/self/../2024`), uris('2024/a.txt'));
  });
});

describe('names that are no UTF-8', () => {
  let root: string;

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'hashloom-places-'));
    await writeFile(join(root, 'a.txt'), 'a');
    await writeFile(join(root, 'replaced \uFFFD.txt'), 'good');
    const name = Buffer.from("/it's caf\u00E9.md", 'latin1');
    await writeFile(Buffer.concat([Buffer.from(root), name]), 'b');
  });
  afterAll(() => rm(root, { recursive: true }));

  it('are named by their bytes', async () => {
    await assert.rejects(listed(root), {
      name: 'DataError',
      message: /no UTF-8, its bytes are \$'it\\x27s caf\\xe9\.md'; rename it/u,
    });
  });

  it('are no matter where a glob leaves them out', async () => {
    assert.deepEqual(
      await listed(`${root}/*.txt`),
      ['a.txt', 'replaced \uFFFD.txt'].map((name) => pathToFileURL(join(root, name)).href),
    );
  });
});

describe('keys of a bucket that are no paths', () => {
  const KEYS = ['/lead', 'a//b', 'a/./c', 'a/../d', 'a/e', 'a/f/', 'empty/', 'z'];
  let server: Server;

  beforeAll(async () => {
    server = createBucket(new Map(KEYS.map((key) => [key, key === 'empty/' ? '' : `in ${key}`])));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    process.env.AWS_ENDPOINT_URL = `http://127.0.0.1:${port}`;
    process.env.AWS_ACCESS_KEY_ID = 'anyone';
    process.env.AWS_SECRET_ACCESS_KEY = 'anything';
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  it('are listed as they are, but for the empty ones that stand for folders', async () => {
    const files = (await listed('s3://corpus')).map((uri) => uri.slice('s3://corpus/'.length));
    assert.deepEqual(files, ['/lead', 'a//b', 'a/e', 'a/f/', 'z']);
    assert.deepEqual(await listed('s3://corpus//lead'), ['s3://corpus//lead']);
    assert.deepEqual(await listed('s3://corpus/a//'), ['s3://corpus/a//b']);
    assert.deepEqual(await listed('s3://corpus/a/../d'), ['s3://corpus/a/../d']);
  });

  it('are read', async () => {
    for (const uri of ['s3://corpus', 's3://corpus/a/./c', 's3://corpus/a/../d'])
      for (const file of await listSources(uri, openStore))
        assert.equal(await textOf(file), `in ${file.uri.slice('s3://corpus/'.length)}`);
  });
});

/** What s3rver keeps in a folder cannot have such keys, so this answers from a map, as S3 does. */
function createBucket(objects: Map<string, string>): Server {
  return createServer((request, response) => {
    const [path = '', query = ''] = (request.url ?? '').split('?');
    const key = decodeURIComponent(path.replace(/^\/corpus\/?/u, ''));
    const asked = new URLSearchParams(query);
    if (key === '' && asked.get('list-type') === '2') {
      const prefix = asked.get('prefix') ?? '';
      const contents = [...objects]
        .filter(([name]) => name.startsWith(prefix))
        .map(
          ([name, text]) =>
            `<Contents><Key>${name}</Key><Size>${text.length}</Size><ETag>e</ETag>` +
            '<LastModified>2026-01-01T00:00:00.000Z</LastModified></Contents>',
        );
      response.setHeader('content-type', 'application/xml');
      response.end(
        `<ListBucketResult><IsTruncated>false</IsTruncated>${contents.join('')}</ListBucketResult>`,
      );
      return;
    }
    const text = objects.get(key);
    response.statusCode = text === undefined ? 404 : 200;
    response.setHeader('etag', 'e');
    response.setHeader('content-length', text?.length ?? 0);
    response.end(request.method === 'HEAD' ? undefined : text);
  });
}
