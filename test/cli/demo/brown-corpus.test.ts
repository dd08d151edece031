import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import { stripTags, writeBrownCorpus } from '../../../cli/demo/brown-corpus.ts';
import { prepareDemo } from '../../../cli/demo/demo.ts';
import { loadConfiguration } from '../../../cli/configuration/load-configuration.ts';

describe('stripTags', () => {
  it('splits at the last slash and undoes the quotes', () => {
    assert.equal(
      stripTags("\n\n\tThe/at Jury/nn-tl said/vbd ``/`` no/at ''/'' and/or/cc 1/2/cd ./.\n\n"),
      'The Jury said " no " and/or 1/2 .\n',
    );
  });
});

describe('the corpus of the demo', () => {
  it('is written once, and only what differs is written again', async () => {
    const home = await mkdtemp(join(tmpdir(), 'hashloom-demo-'));
    try {
      const said: string[] = [];
      const file = await prepareDemo(home, (line) => said.push(line));
      assert.equal(said.length, 1);
      const corpus = join(home, 'corpus');
      const names = await readdir(corpus);
      assert.equal(names.length, 500);
      const text = await readFile(join(corpus, 'ca01.txt'), 'utf8');
      assert.ok(
        text.startsWith(
          "The Fulton County Grand Jury said Friday an investigation of Atlanta's recent " +
            'primary election produced " no evidence "',
        ),
      );
      const configuration = await loadConfiguration(file);
      assert.ok(configuration.source.path.endsWith('/corpus'));

      const before = await stat(join(corpus, 'ca01.txt'), { bigint: true });
      await writeFile(join(corpus, 'cr09.txt'), 'damaged');
      assert.equal(await writeBrownCorpus(corpus), 1);
      assert.equal(
        (await stat(join(corpus, 'ca01.txt'), { bigint: true })).mtimeNs,
        before.mtimeNs,
      );
      await prepareDemo(home, (line) => said.push(line));
      assert.equal(said.length, 1);
    } finally {
      await rm(home, { recursive: true });
    }
  });
});
