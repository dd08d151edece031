import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { list } from '../../../activities/corpus/list.ts';
import { readListedFiles } from '../../../activities/corpus/listed-files.ts';
import { ingest } from '../../../activities/corpus/ingest.ts';
import type { StageContext } from '../../../activities/stage/stage.ts';
import { configuration as configurationSchema } from '../../../schemas/configuration.ts';
import { openSource } from '../../../sources/open-source.ts';
import { openStore } from '../../../store/open-store.ts';
import { type S3Server, startS3Server } from '../../store/s3-server.ts';

const SHARD_BYTES = 10_000;
const context = {
  openStore: (uri: string) => openStore(uri),
  trainThreads: 1,
  onProgress: () => undefined,
  origin: { codeVersion: 'test' },
} as unknown as StageContext;

describe('a large file in a bucket', () => {
  let server: S3Server;
  let folder: string;
  const text = Array.from(
    { length: 4000 },
    (_, line) => `line ${line} ${'word '.repeat(line % 17)}`,
  ).join('\n');

  beforeAll(async () => {
    [server, folder] = await Promise.all([
      startS3Server('corpus'),
      mkdtemp(join(tmpdir(), 'hashloom-test-')),
    ]);
    await openStore('s3://corpus').put('books/plain.txt', Buffer.from(text));
    await openStore('s3://corpus').put('books/packed.txt.gz', gzipSync(text));
  });
  afterAll(async () => {
    await server.close();
    await rm(folder, { recursive: true, force: true });
  });

  const configured = (shardBytes: number) =>
    configurationSchema.parse({
      index: 'x',
      store: pathToFileURL(join(folder, 'store')).href,
      source: { path: 's3://corpus/books', shardBytes },
      tokens: { numbers: true },
    });

  it('is split by byte range at line ends, and what is compressed stays whole', async () => {
    const configuration = configured(SHARD_BYTES);
    const listed = await list({ store: configuration.store, force: false, configuration }, context);
    const shards = await readListedFiles(openStore(configuration.store), listed.artifact);
    const plain = shards.filter(({ uri }) => uri.endsWith('plain.txt'));
    assert.equal(listed.files, 2);
    assert.equal(plain.length, Math.floor(text.length / SHARD_BYTES));
    assert.equal(shards.length - plain.length, 1);
    let joined = '';
    for (const shard of plain) {
      if (joined !== '') assert.ok(joined.endsWith('\n'));
      for await (const chunk of openSource(shard, openStore).stream())
        joined += Buffer.from(chunk).toString();
    }
    assert.equal(joined, text);
  });

  it('is told by the key of the source, not as a store, where its bucket is not there', async () => {
    for (const [source, message] of [
      [{ path: 's3://no-such-bucket/books' }, /^source\.path: .*no-such-bucket.*NoSuchBucket/],
      [{ path: 's3://corpus/books', also: ['s3://?/x'] }, /^source\.also\[0\]: "s3:.* no bucket/],
      [{ path: 's3://corpus/nowhere' }, /^source\.path: nothing at s3:\/\/corpus\/nowhere/],
    ] as const) {
      const configuration = configurationSchema.parse({ index: 'x', store: '/s', source });
      const input = { store: configured(1e6).store, force: false, configuration };
      await assert.rejects(list(input, context), { message });
    }
  });

  it('has the same tokens in shards as whole, and changes to it are an error', async () => {
    const tokens: number[] = [];
    for (const shardBytes of [SHARD_BYTES, 2 ** 28]) {
      const configuration = configured(shardBytes);
      const { store, source, tokens: options, documents } = configuration;
      const listed = await list({ store, force: false, configuration }, context);
      const ingested = await ingest(
        {
          store,
          force: false,
          files: listed.artifact,
          source,
          tokens: options,
          documents,
          from: 0,
          to: listed.rows,
        },
        context,
      );
      tokens.push(ingested.rows);
      if (shardBytes !== SHARD_BYTES) continue;
      const [shard] = await readListedFiles(openStore(store), listed.artifact);
      const opened = openSource(shard!, openStore);
      await opened.checkUnchanged();
    }
    assert.equal(tokens[0], tokens[1]);
    assert.ok(tokens[0]! > 2 * 4000);

    const configuration = configured(SHARD_BYTES / 2);
    const { store, source, tokens: options, documents } = configuration;
    const listed = await list({ store, force: false, configuration }, context);
    await openStore('s3://corpus').put(
      'books/plain.txt',
      Buffer.from(text.replace('line 0', 'LINE 0')),
    );
    await assert.rejects(
      ingest(
        {
          store,
          force: false,
          files: listed.artifact,
          source,
          tokens: options,
          documents,
          from: 0,
          to: listed.rows,
        },
        context,
      ),
      /s3:\/\/corpus\/books\/plain\.txt changed while it was read/u,
    );
  });
});
