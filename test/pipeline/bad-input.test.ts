import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { describe, inject } from 'vitest';
import { WorkflowFailedError } from '@temporalio/client';
import { ActivityFailure, ApplicationFailure, ChildWorkflowFailure } from '@temporalio/common';
import type { Configuration } from '../../schemas/configuration.ts';
import { startWorkers } from '../../workers/run-workers.ts';
import { readVersion } from './set-up/published-parts.ts';
import { it } from './on-temporal.ts';
import { installQuietRuntime } from './set-up/quiet-runtime.ts';
import { type Scratch, smallConfiguration } from './set-up/small-corpus.ts';
import { reindex, type TestTemporal } from './set-up/temporal.ts';

installQuietRuntime();

describe('bad input', () => {
  let temporal: TestTemporal;
  let scratch: Scratch;

  it.beforeAll(async ({ temporal: shared, scratchOf }) => {
    temporal = shared;
    scratch = await scratchOf(3);
    await reindex(
      temporal,
      smallConfiguration('kept', scratch, { vocabulary: { minimumCount: 2, common: 20 } }),
    );
  });

  const folderWith = async (
    name: string,
    files: Record<string, Uint8Array | string>,
  ): Promise<string> => {
    const folder = join(scratch.folder, name);
    await mkdir(folder, { recursive: true });
    for (const [file, content] of Object.entries(files))
      await writeFile(join(folder, file), content);
    return pathToFileURL(folder).href;
  };

  /** The failure of a run over `kept`, whose published version must stay as it is. */
  const failureOf = async (
    change: Record<string, unknown>,
    server = temporal,
  ): Promise<ApplicationFailure> => {
    const configuration: Configuration = smallConfiguration('kept', scratch, change);
    const failed = await reindex(server, configuration).then(
      () => assert.fail('the run should have failed'),
      (error: unknown) => error,
    );
    let cause = failed instanceof WorkflowFailedError ? failed.cause : failed;
    while (cause instanceof ActivityFailure || cause instanceof ChildWorkflowFailure)
      cause = cause.cause;
    assert.ok(cause instanceof ApplicationFailure, String(cause));
    const home = smallConfiguration('kept', scratch).store;
    assert.equal((await readVersion(home, 'kept', 1))?.version, 1);
    assert.equal(await readVersion(home, 'kept', 2), undefined);
    return cause;
  };

  const text = async () => await readFile(join(scratch.corpus, 'ca01.txt'));

  it('a folder that is not there', async () => {
    const failure = await failureOf({
      source: { path: pathToFileURL(join(scratch.folder, 'nowhere')).href },
    });
    assert.equal(failure.type, 'DataError');
    assert.match(failure.message, /nowhere/);
  });

  it('a glob that matches nothing', async () => {
    const failure = await failureOf({
      source: { path: `${pathToFileURL(scratch.corpus).href}/*.parquet` },
    });
    assert.equal(failure.type, 'DataError');
    assert.match(failure.message, /\*\.parquet/);
  });

  it('a broken gzip names file and byte', async () => {
    const path = await folderWith('broken', {
      'good.txt': await text(),
      'bad.txt.gz': gzipSync(await text()).subarray(0, 3000),
    });
    const failure = await failureOf({ source: { path } });
    assert.equal(failure.type, 'DataError');
    assert.match(failure.message, /bad\.txt\.gz.*byte \d/);
  });

  it('invalid UTF-8 names file and byte, or is replaced and counted', async () => {
    const bytes = Buffer.from(await text());
    bytes[1234] = 0xff;
    const path = await folderWith('latin', { 'latin.txt': bytes });
    const failure = await failureOf({ source: { path } });
    assert.equal(failure.type, 'DataError');
    assert.match(failure.message, /latin\.txt.*byte 1,?234/);
    const replaced = smallConfiguration('replaced', scratch, {
      source: { path, invalidUtf8: 'replace' },
      vocabulary: { minimumCount: 2, common: 20 },
    });
    assert.equal((await reindex(temporal, replaced)).version, 1);
  });

  it('a JSONL line without the text field names file and line', async () => {
    const path = await folderWith('lines', {
      'lines.jsonl': '{"text":"a b c"}\n{"text":"d e f"}\n{"body":"g h i"}\n',
    });
    const failure = await failureOf({ source: { path } });
    assert.equal(failure.type, 'DataError');
    assert.match(failure.message, /lines\.jsonl.*line 3/);
    assert.match(failure.message, /text/);
  });

  it('Parquet that ends a decoder ends this run alone', async () => {
    const broken = await readFile(
      new URL('../fixtures/foreign/parquet-kills-process.parquet', import.meta.url),
    );
    const path = await folderWith('killing', { 'a.parquet': broken });
    const failure = await failureOf({ source: { path, field: 'c' } });
    assert.equal(failure.type, 'DataError');
    assert.match(failure.message, /killing\/a\.parquet: a broken Parquet footer/);
    const again = smallConfiguration('beside', scratch, {
      vocabulary: { minimumCount: 2, common: 20 },
    });
    assert.equal((await reindex(temporal, again)).version, 1);
  });

  it('no word above the minimum count', async () => {
    const failure = await failureOf({ vocabulary: { minimumCount: 1_000_000 } });
    assert.equal(failure.type, 'DataError');
    assert.match(failure.message, /minimumCount/);
  });

  it('no positive pair to train on', async () => {
    const failure = await failureOf({ affinity: { minimumPmi: 100, minimumWeight: 100, top: 30 } });
    assert.equal(failure.type, 'DataError');
    assert.match(
      failure.message,
      /no pair of the \d+ words passes the filter: affinity\.minimumPmi is 100.*Lower them/,
    );
  });

  it('more partitions than words', async () => {
    const failure = await failureOf({
      vocabulary: { minimumCount: 20, common: 20 },
      training: { tables: 2, bits: 16, epochs: 4, partitions: 1024 },
    });
    assert.equal(failure.type, 'ConfigurationError');
    assert.match(failure.message, /training\.partitions: 1024 partitions of \d+ words/);
  });

  it('a bucket that is not there', async () => {
    const failure = await failureOf({ source: { path: 's3://no-such-bucket/corpus' } });
    assert.equal(failure.type, 'StoreError');
    assert.match(failure.message, /no-such-bucket/);
  });

  it('a bucket that may not be written', async ({ ownTemporal }) => {
    const environment = inject('s3Environment');
    const guard = await startReadOnlyGuard(environment['AWS_ENDPOINT_URL']!);
    Object.assign(process.env, environment, { AWS_ENDPOINT_URL_S3: guard.endpoint });
    const refused = await startWorkers({
      address: ownTemporal.address,
      roles: ['main'],
      threads: 1,
    });
    try {
      const failure = await failureOf({ store: 's3://readable/store' }, ownTemporal);
      assert.equal(failure.type, 'StoreError');
      assert.match(failure.message, /readable/);
    } finally {
      await refused.stop();
      await guard.close();
      delete process.env['AWS_ENDPOINT_URL_S3'];
    }
  });
});

/** Stands before a real S3 server and refuses writes as a bucket policy does. */
async function startReadOnlyGuard(
  endpoint: string,
): Promise<{ endpoint: string; close(): Promise<void> }> {
  const target = new URL(endpoint);
  const server: Server = createServer((incoming, outgoing) => {
    if (incoming.method !== 'GET' && incoming.method !== 'HEAD') {
      incoming.resume();
      outgoing.writeHead(403, { 'content-type': 'application/xml' });
      outgoing.end(
        '<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>Access ' +
          'Denied</Message></Error>',
      );
      return;
    }
    const { method, url, headers } = incoming;
    const forwarded = request(
      { host: target.hostname, port: target.port, method, path: url, headers },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(outgoing);
      },
    );
    incoming.pipe(forwarded);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
