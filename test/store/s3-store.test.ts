import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, it } from 'vitest';
import { openStore } from '../../store/open-store.ts';
import type { Store } from '../../store/store.ts';
import { startS3Server } from './s3-server.ts';
import { bytesOf, describeStore, listed } from './store-behaviour.ts';
import { skippedFor } from '../skipped-for.ts';

/**
 * A bucket of a server that honours preconditions, reached by the AWS environment; else s3rver runs
 * in this process.
 */
const outside = process.env.HASHLOOM_TEST_S3_BUCKET;
const bucket = outside ?? 'hashloom';
const server = outside === undefined ? await startS3Server(bucket) : undefined;
afterAll(() => server?.close());

const openEmpty = async (): Promise<Store> => openStore(`s3://${bucket}/${randomUUID()}`);
const pattern = (length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 13)) & 0xff);
const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

describe('S3 store', () => {
  describeStore(openEmpty, { foldersFirst: outside === undefined });

  it('probes whether preconditions are honoured and leaves nothing behind', async () => {
    const store = await openEmpty();
    assert.equal(await store.conditional(), outside !== undefined);
    assert.deepEqual(await listed(store), []);
  });

  it(
    'has one winner among concurrent conditional puts',
    skippedFor(outside === undefined && 's3rver ignores preconditions'),
    async () => {
      const store = await openEmpty();
      for (let round = 0; round < 5; round++) {
        const absent = await Promise.all(
          Array.from({ length: 6 }, (_, i) =>
            store.put('race', bytesOf(`writer ${i}`), { ifAbsent: true }),
          ),
        );
        const etag = absent.find((won) => won !== undefined)!;
        assert.equal(absent.filter((won) => won !== undefined).length, 1);
        const match = await Promise.all(
          Array.from({ length: 6 }, (_, i) =>
            store.put('race', bytesOf(`second ${i}`), { ifMatch: etag }),
          ),
        );
        assert.equal(match.filter((won) => won !== undefined).length, 1);
        await store.delete('race');
      }
    },
  );

  it(
    'lists more than a page',
    skippedFor(
      outside === undefined && 's3rver makes page tokens with a cipher that OpenSSL 3 lacks',
    ),
    async () => {
      const store = await openEmpty();
      const paths = Array.from({ length: 1003 }, (_, i) => `many/${String(i).padStart(4, '0')}`);
      for (let i = 0; i < paths.length; i += 50)
        await Promise.all(paths.slice(i, i + 50).map((path) => store.put(path, bytesOf('x'))));
      assert.deepEqual(await listed(store, 'many/'), paths);
    },
  );

  it('sends large bodies and files in parts', async () => {
    const store = await openEmpty();
    const bytes = pattern(65 * 1024 * 1024 + 11);
    const expected = digest(bytes);
    await store.put('large', bytes);
    assert.equal(digest((await store.get('large'))!), expected);
    const folder = await mkdtemp(join(tmpdir(), 'hashloom-large-'));
    try {
      const file = await open(join(folder, 'large'), 'w');
      await file.writeFile(bytes);
      await file.close();
      const etag = await store.putFile('large file', join(folder, 'large'));
      assert.equal((await store.head('large file'))!.etag, etag);
      assert.equal(digest((await store.get('large file'))!), expected);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('says what is missing or refused', async () => {
    const absent = openStore('s3://no-such-bucket-here/prefix');
    const refusal = {
      name: 'StoreError',
      message: /s3:\/\/no-such-bucket-here\/prefix\/.*NoSuchBucket.*create the bucket/,
    };
    await assert.rejects(absent.put('a', bytesOf('x')), refusal);
    await assert.rejects(absent.get('a'), refusal);
    await assert.rejects(absent.put('a', bytesOf('x'), { ifAbsent: true }), refusal);
    await assert.rejects(listed(absent), refusal);
  });

  it(
    'says when keys are wrong',
    skippedFor(outside !== undefined && 'the server may allow any key'),
    async () => {
      const { env } = process;
      const id = env.AWS_ACCESS_KEY_ID!;
      try {
        env.AWS_ACCESS_KEY_ID = 'WRONG';
        await assert.rejects((await openEmpty()).get('a'), {
          name: 'StoreError',
          message: /get s3:.*403 InvalidAccessKeyId.*check AWS_ACCESS_KEY_ID/,
        });
        await assert.rejects((await openEmpty()).head('a'), {
          name: 'StoreError',
          message: /head s3:.*403.*s3:GetObject/,
        });
      } finally {
        env.AWS_ACCESS_KEY_ID = id;
      }
    },
  );

  it('leaves a server that does not answer to a retry', async () => {
    const { env } = process;
    const endpoint = env.AWS_ENDPOINT_URL!;
    try {
      env.AWS_ENDPOINT_URL = 'http://127.0.0.1:1';
      await assert.rejects((await openEmpty()).get('a'), {
        name: 'Error',
        message: /get s3:.*ECONNREFUSED/,
      });
    } finally {
      env.AWS_ENDPOINT_URL = endpoint;
    }
  });
});
