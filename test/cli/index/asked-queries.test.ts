import assert from 'node:assert/strict';
import { PassThrough, Readable } from 'node:stream';
import { describe, it } from 'vitest';
import { askedQueries } from '../../../cli/index/asked-queries.ts';

const NOTHING = { id: [], text: [] };
const terminal = Object.assign(Readable.from([]), { isTTY: true });

async function asked(...args: Parameters<typeof askedQueries>): Promise<unknown[]> {
  const all: unknown[] = [];
  for await (const batch of askedQueries(...args)) all.push(...batch.map(({ query }) => query));
  return all;
}

describe('askedQueries', () => {
  it('asks for words, ids, texts and lists of ids, in this order', async () => {
    const options = {
      id: ['--odd'],
      text: ['a text'],
      positive: ['a', 'b'],
      negative: ['c'],
    };
    assert.deepEqual(await asked(['king', 'river'], options, terminal), [
      { id: 'king' },
      { id: 'river' },
      { id: '--odd' },
      { text: 'a text' },
      { positive: ['a', 'b'], negative: ['c'] },
    ]);
  });

  it('reads words from a pipe where nothing is named, and after others where `-` is', async () => {
    const lines = () => Readable.from([Buffer.from('june\r\n\nma'), Buffer.from('y\n fée')]);
    const fromLines = [{ id: 'june' }, { id: 'may' }, { id: 'fée' }];
    assert.deepEqual(await asked([], NOTHING, lines()), fromLines);
    assert.deepEqual(await asked(['-', 'king'], NOTHING, lines()), [{ id: 'king' }, ...fromLines]);
    // Who names a word waits for no pipe that may never end.
    assert.deepEqual(await asked(['king'], NOTHING, new PassThrough()), [{ id: 'king' }]);
  });

  it('answers a line when it comes, and splits a long pipe into batches', async () => {
    const pipe = new PassThrough();
    const batches = askedQueries([], NOTHING, pipe);
    pipe.write('one\ntw');
    assert.deepEqual(
      (await batches.next()).value?.map(({ name }) => name),
      ['one'],
    );
    pipe.end(`o\n${'word\n'.repeat(600)}`);
    const sizes: number[] = [];
    for await (const batch of batches) sizes.push(batch.length);
    assert.deepEqual(sizes, [256, 256, 89]);
  });

  it('wants something to ask', async () => {
    await assert.rejects(asked([], NOTHING, terminal), /name a word or an id, or --text/);
    await assert.rejects(
      asked(['king'], { ...NOTHING, negative: ['x'] }, terminal),
      /--negative goes with --positive/,
    );
  });
});
