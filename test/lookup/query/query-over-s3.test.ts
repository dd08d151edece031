import assert from 'node:assert/strict';
import { createServer, request as forward } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { IndexReadError, openIndex } from '@hashloom/lookup';
import { openStore } from '../../../store/open-store.ts';
import { type S3Server, startS3Server } from '../../store/s3-server.ts';
import { type IndexInMemory, openCounting } from '../index-in-memory.ts';
import { DIMENSIONS, vectorsInCells, wordsWithLists } from './indexes-of-thousands.ts';

const STORE = 's3://published/models';

/** An S3 server behind one that counts what is asked of it, and may turn it away. */
interface CountedS3 {
  asked: string[];
  mostAtOnce: number;
  /** How many requests are answered with 503 first. */
  failing: number;
  /** Answers every range by one that begins so many bytes later. */
  shift: number;
  close(): Promise<void>;
}

describe('query over S3', () => {
  const { built: wordIndex, sorted } = wordsWithLists();
  const { built: vectorIndex, vectors } = vectorsInCells();
  let s3: S3Server;
  let counted: CountedS3;

  beforeAll(async () => {
    s3 = await startS3Server('published');
    counted = await countRequests(s3.endpoint);
    await put('words', wordIndex);
    await put('vectors', vectorIndex);
  });
  afterAll(async () => {
    await counted.close();
    await s3.close();
  });

  async function put(name: string, { manifest, parts }: IndexInMemory): Promise<void> {
    const store = openStore(`${STORE}/indexes/${name}`);
    const json = (value: unknown) => Buffer.from(JSON.stringify(value));
    for (const [part, bytes] of parts) await store.put(`versions/3/${part}`, bytes);
    await store.put('versions/3/index.json', json({ ...manifest, index: name }));
    const current = { format: 1, index: name, version: 3, path: 'versions/3' };
    await store.put('current.json', json(current));
  }

  async function open(name: string) {
    const index = await openIndex(`${STORE}/indexes/${name}`);
    counted.asked.length = 0;
    counted.mostAtOnce = 0;
    return index;
  }

  it('answers words from lists and vectors from cells, within the rounds and bytes', async () => {
    const id = sorted[1234]!;
    const words = await open('words');
    const first = await words.query({ id });
    assert.deepEqual(first.matches, (await openCounting(wordIndex).index.query({ id })).matches);
    assert.equal(first.usage.requests, counted.asked.length);
    assert.ok(first.usage.rounds <= 3 && first.usage.bytes <= 64 * 1024);
    const vector = vectors.subarray(7 * DIMENSIONS, 8 * DIMENSIONS);
    const near = await (await open('vectors')).query({ vector });
    const inMemory = await openCounting(vectorIndex).index.query({ vector });
    assert.deepEqual(near.matches, inMemory.matches);
    assert.ok(near.usage.rounds <= 3 && near.usage.bytes <= 256 * 1024);
  });

  it('reads a page once for a thousand queries at once, few of them at a time', async () => {
    const index = await open('words');
    const queries = Array.from({ length: 1000 }, (_, q) => ({ id: sorted[(q * 13) % 300]! }));
    const answers = await index.queryBatch(queries);
    assert.ok(answers.every(({ complete }) => complete));
    assert.deepEqual(counted.asked.toSorted(), [...new Set(counted.asked)].sort());
    assert.ok(counted.mostAtOnce <= 32, `${counted.mostAtOnce} at once`);
  });

  it('tries again what a busy server turns away, and believes no other range', async () => {
    const index = await open('words');
    counted.failing = 2;
    assert.equal((await index.query({ id: sorted[3]! })).complete, true);
    assert.equal(counted.failing, 0);
    counted.shift = 64;
    await assert.rejects(
      index.query({ id: sorted[3000]! }),
      (error) => error instanceof IndexReadError && /got some from byte/.test(error.message),
    );
    counted.shift = 0;
    assert.equal((await index.query({ id: sorted[3000]! })).complete, true);
  });

  it('names a bucket that is not there', async () => {
    await assert.rejects(
      openIndex('s3://no-such-bucket/indexes/words'),
      (error) => error instanceof IndexReadError && /no-such-bucket/.test(error.message),
    );
  });
});

async function countRequests(endpoint: string): Promise<CountedS3> {
  const { hostname, port } = new URL(endpoint);
  let running = 0;
  const server = createServer((request, response) => {
    const { range } = request.headers;
    counted.asked.push(`${request.url} ${range ?? ''}`);
    counted.mostAtOnce = Math.max(counted.mostAtOnce, ++running);
    response.on('close', () => running--);
    if (range !== undefined && counted.failing > 0) {
      counted.failing--;
      response.writeHead(503).end();
      return;
    }
    const headers = { ...request.headers };
    if (range !== undefined && counted.shift > 0)
      headers.range = range.replaceAll(/\d+/g, (at) => String(Number(at) + counted.shift));
    const passed = forward(
      { hostname, port, method: request.method, path: request.url, headers },
      (answer) => {
        response.writeHead(answer.statusCode!, answer.headers);
        answer.pipe(response);
      },
    );
    request.pipe(passed);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  process.env['AWS_ENDPOINT_URL'] = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const counted: CountedS3 = {
    asked: [],
    mostAtOnce: 0,
    failing: 0,
    shift: 0,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return counted;
}
