import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe } from 'vitest';
import { openIndex } from '@hashloom/lookup';
import { parseConfiguration } from '../../cli/configuration/load-configuration.ts';
import type { Kind } from '../../cli/init/choice.ts';
import { proposeConfiguration } from '../../cli/init/propose-configuration.ts';
import { it } from './on-temporal.ts';
import type { Scratch } from './set-up/small-corpus.ts';
import { reindex, type TestTemporal } from './set-up/temporal.ts';

const range = (count: number): number[] => Array.from({ length: count }, (_, k) => k);

const linesOf = (count: number, line: (k: number) => string): string =>
  range(count)
    .map((k) => `${line(k)}\n`)
    .join('');

function messagesOf(error: unknown): string {
  const messages: string[] = [];
  for (let at = error; at instanceof Error; at = at.cause) messages.push(at.message);
  return messages.join('; ');
}

describe('a configuration that was proposed for a corpus, run as it is', () => {
  let temporal: TestTemporal;
  let scratch: Scratch;

  it.beforeAll(async ({ temporal: shared, scratchOf }) => {
    temporal = shared;
    scratch = await scratchOf(10);
  });

  async function run(index: string, file: string, content?: string, kind?: Kind) {
    const corpus = join(scratch.folder, file);
    if (content !== undefined) await writeFile(corpus, content);
    const options = { file: join(scratch.folder, `${index}.yaml`), index, store: './store' };
    const { text, example } = await proposeConfiguration({
      ...options,
      corpus,
      ...(kind && { kind }),
    });
    const configuration = parseConfiguration(text, options.file);
    // How long codes are learned is not what is told here.
    const codes = { ...configuration.codes, steps: 50, batch: 64 };
    await reindex(temporal, { ...configuration, codes });
    const opened = await openIndex(fileURLToPath(`${configuration.store}/indexes/${index}`));
    return { opened, example };
  }

  async function answersOf(index: string, file: string, content: string): Promise<string[]> {
    const { opened, example } = await run(index, file, content);
    assert.ok(example !== undefined);
    const { matches } = await opened.query({ id: example, topK: 5 });
    await opened.close();
    return matches.map(({ id }) => id);
  }

  it('answers for the id that it names: ratings, sessions', async () => {
    const ratings = linesOf(400, (k) => `${k % 40},${(k % 4) + 4 * (k % 13)},${1 + (k % 5)}`);
    const rated = await answersOf('proposed-ratings', 'r.csv', `user,item,rating\n${ratings}`);
    assert.ok(rated.length > 0 && rated.every((id) => /^(?:user|item):\d+$/.test(id)));
    const sessions = linesOf(200, (k) => JSON.stringify([`p${k % 30}`, `p${(k % 30) + 1}`]));
    assert.ok((await answersOf('proposed-sessions', 's.jsonl', sessions)).length > 0);
  });

  it('publishes graphs of one shape, and ids that occur once', async () => {
    const star = linesOf(60, (k) => `hub,a${k}`);
    assert.ok((await answersOf('proposed-star', 'star.csv', `source,target\n${star}`)).length > 0);
    const all = range(24).flatMap((a) => range(a).map((b) => `a${a},a${b}\n`));
    const complete = `source,target\n${all.join('')}`;
    assert.equal((await answersOf('proposed-complete', 'complete.csv', complete)).length, 5);
    const matching = `source,target\n${linesOf(60, (k) => `a${k},b${k}`)}`;
    assert.equal((await answersOf('proposed-matching', 'matching.csv', matching))[0], 'b0');
  });

  it('publishes what has no id twice, however much there is', async () => {
    const sessions = linesOf(2600, (k) => JSON.stringify([`a${k}`, `b${k}`]));
    // What codes fill up with comes behind the one link.
    assert.equal((await answersOf('proposed-once', 'once.jsonl', sessions))[0], 'b0');
    const corpus = join(scratch.folder, 'matched.csv');
    await writeFile(corpus, `user,item\n${linesOf(11_000, (k) => `u${k},i${k}`)}`);
    const options = { file: join(scratch.folder, 'm.yaml'), index: 'm', store: './store', corpus };
    const { choices } = await proposeConfiguration(options);
    assert.equal(choices.find(({ key }) => key === 'vocabulary.minimumCount')?.value, 1);
  });

  it('publishes ten documents and five, which answer to a text', async () => {
    const topics = ['ships sail the sea', 'bread bakes in ovens', 'stars shine at night'];
    for (const count of [10, 5]) {
      const records = linesOf(count, (k) =>
        JSON.stringify({
          id: `d${k}`,
          text: `${topics[k % 3]} and so does number${k} of them all`,
        }),
      );
      const index = `proposed-documents-${count}`;
      const { opened } = await run(index, `${index}.jsonl`, records, 'documents');
      assert.equal(opened.manifest.items, count);
      const { matches } = await opened.query({ text: 'the ships sail', topK: 1 });
      assert.match(matches[0]!.id, /^d[0369]$/);
      await opened.close();
    }
  });

  it('says of one sentence, however often it stands there, that nothing can be told', async () => {
    const sentence = 'the quick brown fox jumps over the lazy dog while seven wizards watch\n';
    const record = `${JSON.stringify({ id: 1, text: sentence.trim() })}\n`;
    await assert.rejects(run('proposed-same', 'same.txt', sentence.repeat(300)), (error: Error) => {
      assert.match(messagesOf(error), /no pair of the 12 words passes.*affinity\.minimumPmi is 1/);
      return true;
    });
    await assert.rejects(run('proposed-same', 's.jsonl', record.repeat(300)), (error: Error) => {
      assert.match(messagesOf(error), /no word is left.*\(vocabulary\.commonShare\)/);
      return true;
    });
  });

  it('publishes ten short texts', async () => {
    const { opened } = await run('proposed-ten', 'corpus');
    assert.ok(opened.manifest.items > 100);
    await opened.close();
  });

  it('says what to change where no two ids meet, and where no word is left', async () => {
    const single = linesOf(50, (k) => JSON.stringify([`p${k % 7}`]));
    await assert.rejects(run('proposed-single', 'single.jsonl', single), (error: Error) => {
      assert.match(messagesOf(error), /no two of the 7 items stand together: give pairs of two/);
      return true;
    });
    await assert.rejects(run('proposed-word', 'word.txt', 'hello world\n'), (error: Error) => {
      assert.match(messagesOf(error), /no word is left.*vocabulary\.minimumCount/);
      return true;
    });
  });
});
