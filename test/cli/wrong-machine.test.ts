import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { hashloomWith } from './hashloom-process.ts';

let folder = '';
/** Nobody can make a folder below a file, not even root. */
let below = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hashloom-machine-'));
  await writeFile(
    join(folder, 'news.yaml'),
    'index: news\nstore: ./store\nsource: { path: ./texts }\n',
  );
  await writeFile(join(folder, 'file'), '');
  below = join(folder, 'file', 'below');
});
afterAll(() => rm(folder, { recursive: true }));

describe.concurrent('hashloom where TMPDIR is not there', () => {
  const commands = [
    ['demo'],
    ['dev'],
    ['worker'],
    ['run', 'news.yaml', '--local'],
    ['experiment', 'sbm', '--local'],
    ['index', 'append', 'news', './texts', '--local'],
  ];
  for (const words of commands)
    it(`${words.slice(0, 2).join(' ')} says so at once and ends with 2`, async () => {
      for (const missing of [below, join(folder, 'missing')]) {
        const { code, stdout, stderr } = await hashloomWith({ TMPDIR: missing }, folder, ...words);
        assert.deepEqual([code, stdout], [2, ''], stderr);
        assert.ok(
          stderr.startsWith(`error: no temporary file can be written in TMPDIR=${missing}`),
        );
        assert.match(stderr, /\nhint: set TMPDIR to a folder/);
      }
    });

  it('names the variable that names the folder, and asks nothing of commands that run no stage', async () => {
    const named = await hashloomWith({ TMPDIR: '', TMP: below }, folder, 'dev');
    assert.equal(named.code, 2);
    assert.match(named.stderr, /TMP=.*\nhint: set TMP to/s);
    const init = await hashloomWith({ TMPDIR: below }, folder, 'init');
    assert.equal(init.code, 0, init.stderr);
  });
});

describe('hashloom where the home folder cannot be written', () => {
  it('says what to set, and ends with 2', async () => {
    const nothing = {
      HOME: below,
      PATH: '',
      XDG_CACHE_HOME: '',
      HASHLOOM_CACHE: '',
      HASHLOOM_TEMPORAL_CLI: '',
    };
    const { code, stderr } = await hashloomWith(nothing, folder, 'dev');
    assert.equal(code, 2, stderr);
    assert.match(stderr, /the cache folder .*file\/below.* cannot be written/);
    assert.match(stderr, /\nhint: set HASHLOOM_CACHE .*HASHLOOM_TEMPORAL_CLI/);
  });
});
