import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, it } from 'vitest';
import { IndexFormatError, IndexReadError, openIndex, type Query } from '@hashloom/lookup';
import { eventually } from '../../eventually.ts';
import { type IndexInMemory, openCounting } from '../index-in-memory.ts';
import { type IndexServer, sendRange, serveIndex } from '../index-server.ts';
import { DIMENSIONS, vectorsInCells, VECTORS, wordsWithLists } from './indexes-of-thousands.ts';

/** Reads of one index that may be under way at once, as limited-reader.ts has it. */
const MOST_AT_ONCE = 32;

describe('query over HTTP', () => {
  const { built: wordIndex, sorted } = wordsWithLists();
  const { built: vectorIndex, vectors } = vectorsInCells();
  const vectorOf = (row: number) => vectors.subarray(row * DIMENSIONS, (row + 1) * DIMENSIONS);
  let server: IndexServer;

  beforeAll(async () => {
    server = await serveIndex();
  });
  beforeEach(() => {
    server.proxy = undefined;
    server.delayMs = 0;
  });
  afterAll(() => server.close());

  const open = async (built: IndexInMemory) => {
    server.publish(3, built);
    const index = await openIndex(server.base);
    server.reset();
    return index;
  };
  const answerOf = async (built: IndexInMemory, query: Query) =>
    (await openCounting(built).index.query(query)).matches;

  it('answers an id in 64 KiB and two rounds behind the header, as usage says', async () => {
    const index = await open(wordIndex);
    const first = await index.query({ id: sorted[5]! });
    assert.ok(first.usage.rounds <= 3, `${first.usage.rounds} rounds with the header`);
    assert.equal(first.usage.requests, server.asked.length);
    for (let at = 100; at < sorted.length; at += 100) {
      server.reset();
      const { matches, usage } = await index.query({ id: sorted[at]! });
      assert.deepEqual(matches, await answerOf(wordIndex, { id: sorted[at]! }));
      assert.ok(usage.rounds <= 2, `${usage.rounds} rounds`);
      assert.ok(usage.bytes <= 64 * 1024, `${usage.bytes} bytes`);
      assert.equal(usage.requests, server.asked.length);
      assert.equal(usage.bytes, bytesAsked(server));
    }
  });

  it('answers a vector in 256 KiB and two rounds behind the header', async () => {
    for (const row of [0, 777, VECTORS - 1]) {
      const index = await open(vectorIndex);
      const query = { vector: vectorOf(row) };
      const { matches, usage, rank } = await index.query(query);
      assert.equal(rank, 'cosine');
      assert.equal(matches[0]!.id, String(row));
      assert.ok(usage.rounds <= 3, `${usage.rounds} rounds with the header`);
      assert.ok(usage.bytes <= 256 * 1024, `${usage.bytes} bytes`);
      assert.equal(usage.bytes, bytesAsked(server));
      assert.deepEqual(matches, await answerOf(vectorIndex, query));
    }
  });

  it('reads a page once for a thousand queries at once, few of them at a time', async () => {
    server.delayMs = 2;
    for (const [built, queries] of [
      [wordIndex, Array.from({ length: 1000 }, (_, q) => ({ id: sorted[(q * 13) % 400]! }))],
      [vectorIndex, Array.from({ length: 1000 }, (_, q) => ({ vector: vectorOf(q % 50) }))],
    ] as const) {
      const index = await open(built);
      const answers = await index.queryBatch(queries);
      assert.ok(answers.every(({ complete }) => complete));
      assert.deepEqual(answers[7]!.matches, await answerOf(built, queries[7]!));
      const { asked } = server;
      assert.deepEqual(asked.toSorted(), [...new Set(asked)].sort(), 'none is asked for twice');
      assert.ok(server.mostAtOnce() <= MOST_AT_ONCE, `${server.mostAtOnce()} at once`);
      assert.ok(server.mostAtOnce() > MOST_AT_ONCE / 2, 'and they do go at once');
    }
  });

  it('drops the reads of queries that were called off, and not those of others', async () => {
    const index = await open(wordIndex);
    await index.query({ id: sorted[0]! });
    server.reset();
    let release: () => void = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    server.proxy = (asked, response) => {
      void held.then(() => sendRange(response, asked.bytes, asked.start, asked.end));
      return true;
    };
    const controller = new AbortController();
    const { signal } = controller;
    const calledOff = sorted.map((id) => index.query({ id, signal }));
    const last = sorted.length - 1;
    const kept = index.query({ id: sorted[last]! });
    await eventually('the gate is full', () => server.asked.length === MOST_AT_ONCE);
    controller.abort(new Error('enough'));
    const ended = await Promise.allSettled(calledOff);
    // The pages of the first word were there already, for some others too.
    const rejected = ended.filter(({ status }) => status === 'rejected').length;
    assert.ok(rejected > 0.98 * sorted.length, `${rejected} called off`);
    const late = index.query({ id: sorted[last - 1]! });
    release();
    server.proxy = undefined;
    assert.deepEqual((await kept).matches, await answerOf(wordIndex, { id: sorted[last]! }));
    assert.ok((await late).matches.length > 0);
    // What was on its way, and the pages of the two that are still wanted: a list may be apart.
    assert.ok(server.asked.length <= MOST_AT_ONCE + 4, `${server.asked.length} requests`);
  });

  it('asks again where an error passes, and never answers from what is cut or turned', async () => {
    const query = { id: sorted[42]! };
    const right = await answerOf(wordIndex, query);
    const once = (fault: NonNullable<IndexServer['proxy']>): IndexServer['proxy'] => {
      const met = new Set<string>();
      return (asked, response, request) => {
        const what = `${asked.path} ${asked.start}`;
        if (met.has(what)) return false;
        met.add(what);
        return fault(asked, response, request);
      };
    };
    const faults: Record<string, NonNullable<IndexServer['proxy']>> = {
      '503': (_asked, response) => {
        response.writeHead(503).end('too busy');
        return true;
      },
      '429': (_asked, response) => {
        response.writeHead(429).end();
        return true;
      },
      'a connection that ends': (_asked, _response, request) => {
        request.socket.destroy();
        return true;
      },
      'a body that breaks off': ({ bytes, start, end }, response) => {
        response.writeHead(206, {
          'content-range': `bytes ${start}-${end - 1}/${bytes.length}`,
          'content-length': end - start,
        });
        response.write(bytes.subarray(start, start + 10));
        setTimeout(() => response.destroy(), 5);
        return true;
      },
      'a body cut by a proxy': ({ bytes, start, end }, response) => {
        response
          .writeHead(206, { 'content-range': `bytes ${start}-${end - 1}/${bytes.length}` })
          .end(bytes.subarray(start, end - 7));
        return true;
      },
    };
    for (const [name, fault] of Object.entries(faults)) {
      const index = await open(wordIndex);
      server.proxy = once(fault);
      assert.deepEqual((await index.query(query)).matches, right, `${name}, once`);
      const other = await open(wordIndex);
      server.proxy = fault;
      await assert.rejects(other.query(query), IndexReadError, `${name}, always`);
      server.proxy = undefined;
      assert.deepEqual((await other.query(query)).matches, right, `${name}, gone`);
    }
  });

  it('gives an error or the right answer behind a proxy that changes answers', async () => {
    const query = { id: sorted[42]!, include: ['code'] } as const;
    const right = await answerOf(wordIndex, query);
    const proxies: Record<string, NonNullable<IndexServer['proxy']>> = {
      'the whole object with 200': ({ bytes }, response) => {
        response.writeHead(200).end(bytes);
        return true;
      },
      'the start of the object under 206 without a range': ({ bytes, start, end }, response) => {
        response.writeHead(206).end(bytes.subarray(0, end - start));
        return true;
      },
      'another range that says so': ({ bytes, start, end }, response) => {
        sendRange(response, bytes, start + 512, end + 512);
        return true;
      },
      'another range that lies': ({ bytes, start, end }, response) => {
        response
          .writeHead(206, { 'content-range': `bytes ${start}-${end - 1}/${bytes.length}` })
          .end(bytes.subarray(start > 0 ? start - 128 : 0, start > 0 ? end - 128 : end));
        return true;
      },
      'a shorter range that says so': ({ bytes, start, end }, response) => {
        sendRange(response, bytes, start, end - 1);
        return true;
      },
      gzip: ({ bytes, start, end }, response) => {
        sendGzip(response, bytes, start, end);
        return true;
      },
      '416': (_asked, response) => {
        response.writeHead(416).end();
        return true;
      },
      'a page of a login': (_asked, response) => {
        response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Log in</h1>');
        return true;
      },
      'a bit turned': ({ bytes, start, end }, response) => {
        const turned = bytes.slice();
        turned[Math.floor((start + Math.min(end, bytes.length)) / 2)]! ^= 4;
        sendRange(response, turned, start, end);
        return true;
      },
    };
    for (const [name, proxy] of Object.entries(proxies)) {
      // Behind the header too: it is right at first.
      for (const headers of [true, false]) {
        const index = await open(wordIndex);
        if (!headers) await index.query({ id: 'none' });
        server.proxy = proxy;
        const outcome = await index.query(query).catch((error: unknown) => error);
        server.proxy = undefined;
        if (outcome instanceof IndexReadError || outcome instanceof IndexFormatError) continue;
        assert.deepEqual((outcome as { matches: unknown }).matches, right, name);
        assert.fail(`${name} was believed`);
      }
    }
  });
});

const bytesAsked = ({ asked }: IndexServer): number =>
  asked.reduce((sum, line) => {
    const [, start, end] = / (\d+)-(\d+)$/.exec(line) ?? [];
    return sum + Number(end ?? 0) - Number(start ?? 0);
  }, 0);

function sendGzip(
  response: Parameters<typeof sendRange>[0],
  bytes: Uint8Array,
  start: number,
  end: number,
): void {
  const packed = gzipSync(bytes.subarray(start, end));
  response
    .writeHead(206, {
      'content-range': `bytes ${start}-${end - 1}/${bytes.length}`,
      'content-encoding': 'gzip',
    })
    .end(packed);
}
