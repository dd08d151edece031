import assert from 'node:assert/strict';
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { IndexFormatError, IndexReadError, openIndex } from '@hashloom/lookup';
import { buildIndex, words } from './index-in-memory.ts';

const built = buildIndex({
  keys: words('salt', 'pepper', 'œil'),
  codes: Uint8Array.of(1, 2, 1, 3, 4, 2),
  tables: 2,
  codeBytes: 1,
});
const current = {
  format: 1,
  index: 'tiny',
  version: 3,
  path: 'versions/3',
  publishedAt: '2026-11-21T00:00:00Z',
};
const objects = new Map<string, Uint8Array>(
  [...built.parts].map(([name, bytes]) => [`versions/3/${name}`, bytes]),
);
objects.set('versions/3/index.json', json(built.manifest));
objects.set('current.json', json(current));

function json(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

describe('openIndex on files', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hashloom-lookup-'));
    await writeIndex(folder, objects);
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function writeIndex(root: string, files: Map<string, Uint8Array>) {
    await mkdir(join(root, 'versions', '3'), { recursive: true });
    for (const [path, bytes] of files) await writeFile(join(root, path), bytes);
  }

  it('takes a path, a file:// URI, a trailing slash, and a version', async () => {
    for (const uri of [
      folder,
      `${folder}/`,
      pathToFileURL(folder).href,
      `${folder}/versions/3`,
      `${pathToFileURL(folder).href}/versions/3/`,
    ]) {
      const index = await openIndex(uri);
      assert.deepEqual((await index.lookup('salt')).items, ['pepper', 'œil'], uri);
      assert.equal(index.manifest.version, 3);
      await index.close();
      assert.equal((await index.lookupCode(0, '04')).items[0], 'œil');
      await index.close();
    }
  });

  it('says where no index is', async () => {
    await assert.rejects(
      openIndex(join(folder, 'nothing')),
      (error) =>
        error instanceof IndexReadError &&
        /no current\.json there: expected the folder of a published index/.test(error.message),
    );
    await assert.rejects(openIndex(`${folder}/versions/4`), /no index\.json there/);
    await assert.rejects(openIndex('gs://bucket/indexes/tiny'), /got gs:/);
  });

  it('refuses wrong JSON, a way out of the folder, another version, and a file of another size', async () => {
    const cases: [string, unknown, RegExp][] = [
      ['current.json', '{', /current\.json: expected JSON/],
      ['current.json', [], /the file to be a JSON object, got \[\]/],
      ['current.json', { ...current, format: 2 }, /current\.json: expected format to be 1, got 2/],
      [
        'current.json',
        { ...current, path: '../other/versions/3' },
        /expected path to be text like/,
      ],
      ['current.json', { ...current, path: 'versions/../../x' }, /expected path/],
      ['current.json', { ...current, path: '/etc' }, /expected path/],
      ['current.json', { ...current, path: 'http://elsewhere/x' }, /expected path/],
      [
        'current.json',
        { ...current, version: 4 },
        /expected version 4 of tiny as current\.json says, got version 3 of tiny/,
      ],
      ['current.json', { ...current, index: '../tiny' }, /expected index/],
      [
        'versions/3/index.json',
        { ...built.manifest, bits: 12 },
        /index\.json: expected bits to be a multiple of 8, got 12/,
      ],
      [
        'versions/3/index.json',
        { ...built.manifest, tables: 9 },
        /expected tables to be a whole number from 1 to 8, got 9/,
      ],
      [
        'versions/3/index.json',
        { ...built.manifest, kind: 'song' },
        /expected kind to be "word", got "song"/,
      ],
      [
        'versions/3/index.json',
        { ...built.manifest, lineage: [] },
        /expected lineage to be an artifact of stage export, got "none"/,
      ],
      [
        'versions/3/index.json',
        { ...built.manifest, parts: [{ name: 'items.pages', path: '../items.pages', bytes: 1 }] },
        /expected parts\[0\]\.path/,
      ],
      [
        'versions/3/index.json',
        { ...built.manifest, parts: [7] },
        /expected parts\[0\]\. to be a JSON object, got 7/,
      ],
    ];
    for (const [path, value, message] of cases) {
      const root = join(folder, 'wrong');
      await writeIndex(
        root,
        new Map([
          ...objects,
          [path, typeof value === 'string' ? new TextEncoder().encode(value) : json(value)],
        ]),
      );
      await assert.rejects(
        openIndex(root),
        (error) => error instanceof IndexFormatError && message.test(error.message),
        String(message),
      );
    }
    const root = join(folder, 'longer');
    await writeIndex(
      root,
      new Map([
        ...objects,
        [
          'versions/3/items.pages',
          Buffer.concat([built.parts.get('items.pages')!, Buffer.from('x')]),
        ],
      ]),
    );
    const longer = await openIndex(root);
    await assert.rejects(
      longer.lookup('salt'),
      /items\.pages: expected 2048 bytes as index\.json says, got a file of 2049/,
    );
    await longer.close();
    await writeIndex(root, objects);
    await rm(join(root, 'versions/3/buckets-1.pages'));
    const missing = await openIndex(root);
    await assert.rejects(
      missing.lookup('salt'),
      (error) =>
        error instanceof IndexReadError && /buckets-1\.pages: no such file/.test(error.message),
    );
    await missing.close();
  });

  it('takes other schemes by a location of the caller', async () => {
    const location = (uri: string) => ({
      uri,
      readObject: async (path: string) => objects.get(path),
      openRange: (path: string) => ({
        read: async (start: number, end: number) => objects.get(path)!.slice(start, end),
      }),
    });
    assert.equal((await (await openIndex('memory://tiny', { location })).lookup('œil')).id, 2);
  });
});

describe('openIndex on a web server', () => {
  type Serve = (
    request: IncomingMessage,
    response: ServerResponse,
    bytes: Uint8Array,
    start: number,
    end: number,
  ) => void;
  let serve: Serve;
  let base: string;
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const path = request.url!.replace('/indexes/tiny/', '');
    asked.push(`${path} ${request.headers.range ?? ''}`.trim());
    const bytes = objects.get(path);
    const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '');
    if (!bytes) response.writeHead(404).end();
    else if (range)
      serve(
        request,
        response,
        bytes,
        Number(range[1]),
        Math.min(Number(range[2]) + 1, bytes.length),
      );
    else response.writeHead(200).end(bytes);
  });
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/indexes/tiny`;
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  const partial: Serve = (_request, response, bytes, start, end) => {
    response
      .writeHead(206, { 'content-range': `bytes ${start}-${end - 1}/${bytes.length}`, etag: '"1"' })
      .end(bytes.subarray(start, end));
  };

  it('answers by ranged reads alone', async () => {
    serve = partial;
    asked.length = 0;
    const index = await openIndex(base);
    assert.deepEqual((await index.lookup('salt')).items, ['pepper', 'œil']);
    assert.deepEqual(asked.slice(0, 2), ['current.json', 'versions/3/index.json']);
    assert.deepEqual(
      asked.slice(2, 5).toSorted(),
      ['buckets-0', 'buckets-1', 'items'].map((part) => `versions/3/${part}.pages bytes=0-127`),
    );
    assert.equal(asked.length, 2 + 3 + 3);
    assert.deepEqual((await (await openIndex(`${base}/versions/3`)).lookup('pepper')).items, [
      'salt',
    ]);
    await assert.rejects(openIndex(`${base}x`), (error) => error instanceof IndexReadError);
  });

  it('names a server that ignores Range, answers another range or less, or changes the object', async () => {
    let answers = 0;
    const cases: [string, Serve, RegExp, typeof IndexReadError | typeof IndexFormatError][] = [
      [
        '200',
        (_q, response, bytes) => response.writeHead(200).end(bytes),
        /the server ignores Range: expected status 206, got 200/,
        IndexReadError,
      ],
      [
        '416',
        (_q, response) => response.writeHead(416).end(),
        /expected 128 bytes, got 0: the part is truncated/,
        IndexFormatError,
      ],
      [
        '500',
        (_q, response) => response.writeHead(500).end('oops'),
        /expected status 206, got 500/,
        IndexReadError,
      ],
      [
        'other range',
        (_q, response, bytes, start, end) =>
          response
            .writeHead(206, { 'content-range': `bytes ${start + 1}-${end}/${bytes.length}` })
            .end(bytes.subarray(start + 1, end + 1)),
        /asked for bytes 0-127, got content-range bytes 1-128/,
        IndexReadError,
      ],
      [
        'more',
        (_q, response, bytes, start, end) =>
          response
            .writeHead(206, { 'content-range': `bytes ${start}-${end - 1}/${bytes.length}` })
            .end(bytes),
        /expected at most 128 bytes, got more/,
        IndexReadError,
      ],
      [
        'less',
        (_q, response, bytes, start, end) =>
          response
            .writeHead(206, { 'content-range': `bytes ${start}-${end - 1}/${bytes.length}` })
            .end(bytes.subarray(start, end - 1)),
        /expected 128 bytes, got 127: the answer was cut short/,
        IndexReadError,
      ],
      [
        'gzip',
        (_q, response, bytes, start, end) =>
          response
            .writeHead(206, {
              'content-range': `bytes ${start}-${end - 1}/${bytes.length}`,
              'content-encoding': 'x-gzip-like',
            })
            .end(bytes.subarray(start, end)),
        /content-encoding x-gzip-like/,
        IndexReadError,
      ],
      [
        'etag',
        (_q, response, bytes, start, end) =>
          response
            .writeHead(206, {
              'content-range': `bytes ${start}-${end - 1}/${bytes.length}`,
              etag: `"${answers++}"`,
            })
            .end(bytes.subarray(start, end)),
        /changed while it was read: ETag/,
        IndexReadError,
      ],
      [
        'size',
        (_q, response, bytes, start, end) =>
          response
            .writeHead(206, {
              'content-range': `bytes ${start}-${end - 1}/${bytes.length + (start > 0 ? 1 : 0)}`,
            })
            .end(bytes.subarray(start, end)),
        /changed while it was read: 2048 bytes, now 2049/,
        IndexReadError,
      ],
    ];
    for (const [name, behaviour, message, type] of cases) {
      serve = behaviour;
      const index = await openIndex(base);
      await assert.rejects(
        index.lookup('salt'),
        (error) => error instanceof type && message.test(error.message),
        name,
      );
    }
  });

  it('says that a server cannot be reached', async () => {
    await assert.rejects(
      openIndex('http://127.0.0.1:1/indexes/tiny'),
      (error) => error instanceof IndexReadError && /cannot be reached/.test(error.message),
    );
  });
});
