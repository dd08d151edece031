import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { answerLine, answerText, lookupWords } from '../../../cli/index/lookup-words.ts';
import { openTerminal } from '../../../cli/terminal/terminal.ts';
import { buildIndex, words } from '../../lookup/index-in-memory.ts';
import { fakeStream } from '../terminal/fake-stream.ts';

describe('lookup of a word alone in its buckets', () => {
  let scratch: string;
  let folder: string;

  beforeAll(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'hashloom-lookup-'));
    folder = join(scratch, 'indexes', 'tiny', 'versions', '3');
    await mkdir(folder, { recursive: true });
    const { manifest, parts } = buildIndex({
      keys: words('oil', 'pepper', 'salt', 'thyme'),
      codes: Uint8Array.of(0b1111_0000, 0b0000_0001, 0b0000_0001, 0b0000_0011),
      tables: 1,
      codeBytes: 1,
    });
    for (const [name, bytes] of parts) await writeFile(join(folder, name), bytes);
    await writeFile(join(folder, 'index.json'), JSON.stringify(manifest));
  });

  afterAll(() => rm(scratch, { recursive: true, force: true }));

  it('gives what lies within the radius, for such words alone', async () => {
    const [thyme, oil, salt] = await lookupWords(folder, ['thyme', 'oil', 'salt'], { radius: 1 });
    assert.deepEqual(thyme!.items, []);
    assert.deepEqual(
      thyme!.within?.map(({ item, distance }) => [item, distance]),
      [
        ['pepper', 1],
        ['salt', 1],
      ],
    );
    assert.deepEqual([oil!.within, salt!.within], [[], []]);
    assert.deepEqual(JSON.parse(answerLine(thyme!)).within.length, 2);
    assert.match(
      answerText(thyme!, openTerminal(fakeStream(), {})),
      /alone in its bucket[\s\S]*near in bits: pepper \(1\), salt \(1\)/,
    );
  });

  it('gives nothing in its place where no radius is asked for', async () => {
    const [thyme] = await lookupWords(folder, ['thyme']);
    assert.deepEqual([thyme!.items, 'within' in thyme!], [[], false]);
  });

  it('says how large a bucket over the cap is, in text and in JSON', async () => {
    const [salt] = await lookupWords(folder, ['salt'], { maximumBucket: 1 });
    assert.deepEqual(JSON.parse(answerLine(salt!)), {
      query: 'salt',
      buckets: [{ table: 0, code: '01', items: [], tooLarge: 2 }],
      items: [],
    });
    assert.match(
      answerText(salt!, openTerminal(fakeStream(), {})),
      /one of 2, more than a lookup gives here: --maximum-bucket 2/,
    );
    assert.deepEqual((await lookupWords(folder, ['salt'], { maximumBucket: 2 }))[0]!.items, [
      'pepper',
    ]);
  });
});
