import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { parse } from 'yaml';
import { hashloom as inFolder, hashloomWith } from './hashloom-process.ts';
import { inRepository } from '../repository.ts';

/** Nobody listens there. */
let closedPort = 0;
let folder = '';
/** A configuration that is right. */
let configuration = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hashloom-cli-'));
  configuration = join(folder, 'news.yaml');
  await writeFile(configuration, 'index: news\nstore: ./store\nsource: { path: ./texts }\n');
  closedPort = await portNobodyListensOn();
});
afterAll(() => rm(folder, { recursive: true }));

describe.concurrent('the process hashloom', () => {
  it('prints its version, and help', async () => {
    const { version } = JSON.parse(await readFile(inRepository('package.json'), 'utf8')) as {
      version: string;
    };
    assert.deepEqual(await hashloom('--version'), { code: 0, stdout: `${version}\n`, stderr: '' });
    const help = await hashloom('run', '--help');
    assert.deepEqual([help.code, help.stderr], [0, '']);
    assert.match(help.stdout, /Examples:\n {2}hashloom run --local/);
  });

  it('ends with 2 on wrong usage, without a stack', async () => {
    assert.deepEqual(await hashloom('rum'), {
      code: 2,
      stdout: '',
      stderr: "error: unknown command 'rum'\n(Did you mean run?)\nhint: --help shows the usage\n",
    });
    const asJson = await hashloom('lookup', '--json');
    assert.equal(asJson.code, 2);
    assert.deepEqual(JSON.parse(asJson.stdout), {
      error: {
        type: 'ConfigurationError',
        message: "missing required argument 'word'\nhint: --help shows the usage",
      },
    });
  });

  it('ends with 2 on a wrong configuration, with a place for every problem', async () => {
    const file = join(folder, 'wrong.yaml');
    await writeFile(
      file,
      'index: news\nstore: ./store\nsource: { path: ./texts }\ntraining:\n  epoch: 3\n  bits: 33\n',
    );
    const { code, stdout, stderr } = await hashloom('run', file);
    assert.deepEqual([code, stdout], [2, '']);
    assert.match(
      stderr,
      new RegExp(
        '^error: 2 problems in .*wrong\\.yaml\\n' +
          ' {2}.*wrong\\.yaml:5:3: .*training\\.epochs\\?\\n' +
          ' {2}.*wrong\\.yaml:6:9: .*got 33\\n$',
      ),
    );

    const asJson = await hashloom('run', file, '--json');
    assert.deepEqual([asJson.code, asJson.stderr], [2, '']);
    const { error } = JSON.parse(asJson.stdout) as { error: { type: string; message: string } };
    assert.equal(error.type, 'ConfigurationError');
    assert.match(error.message, /training\.epochs/);
  });

  it('ends with 5 where no Temporal is configured, and says how to go on', async () => {
    const lonely = [
      ['run', configuration],
      ['run', 'list'],
      ['watch', 'news'],
      ['worker'],
      ['schedule', 'list'],
    ];
    for (const { code, stderr } of await Promise.all(lonely.map((args) => hashloom(...args)))) {
      assert.equal(code, 5, stderr);
      assert.match(stderr, /no Temporal is configured\nhint: .*TEMPORAL_ADDRESS[\s\S]*--local/);
    }
  });

  it('ends with 5 within bounded time where Temporal does not answer', async () => {
    const started = performance.now();
    const { code, stdout } = await hashloom(
      'run',
      configuration,
      '--json',
      '--address',
      `127.0.0.1:${closedPort}`,
    );
    assert.ok(performance.now() - started < 25_000);
    assert.equal(code, 5, stdout);
    const { error } = JSON.parse(stdout) as { error: { type: string; message: string } };
    assert.equal(error.type, 'TemporalUnreachable');
    assert.match(error.message, new RegExp(`127\\.0\\.0\\.1:${closedPort}`));
  });

  it('writes a configuration once, and over it only with --force', async () => {
    const file = join(folder, 'init.yaml');
    const absent = await hashloom('init', file, '--index', 'books', '--corpus', './books');
    assert.equal(absent.code, 3);
    assert.match(absent.stderr, /nothing at file:.*books: there is no file of this name/);
    await mkdir(join(folder, 'books'));
    await writeFile(join(folder, 'books', 'one.txt'), 'It was a dark and stormy night.\n');
    const first = await hashloom('init', file, '--index', 'books', '--corpus', './books');
    assert.equal(first.code, 0, first.stderr);
    assert.match(first.stdout, /^ {2}source\.kind: text +lines of running text$/m);
    assert.match(await readFile(file, 'utf8'), /^index: books$/m);
    // A corpus that was named is not asked for again, and commands name the file.
    assert.doesNotMatch(first.stdout, /source\.path/);
    assert.match(first.stdout, /^ {2}hashloom run \S*init\.yaml --local /m);
    const second = await hashloom('init', file);
    assert.equal(second.code, 2);
    assert.match(second.stderr, /is there already\nhint: --force/);
    const third = await hashloom('init', file, '--force');
    assert.deepEqual([third.code, third.stderr], [0, '']);
    assert.match(third.stdout, /^next:\n {2}set source\.path to your corpus\n/m);
    assert.match(await readFile(file, 'utf8'), /^index: words$/m);
    assert.equal((await hashloom('init', join(folder, 'b.yaml'), '--index', 'Not Good')).code, 2);
    const schema = JSON.parse((await hashloom('init', '--schema')).stdout) as {
      properties: object;
    };
    assert.ok('training' in schema.properties);
  });

  it('looks at the corpus, and says what it chose and why, in the terminal and in the file', async () => {
    const file = join(folder, 'ratings.yaml');
    const ratings = Array.from({ length: 90 }, (_, k) => `u${k % 9},i${k % 11},${1 + (k % 5)}\n`);
    await writeFile(join(folder, 'ratings.csv'), `user,item,rating\n${ratings.join('')}`);
    const { code, stdout, stderr } = await hashloom('init', file, '--corpus', './ratings.csv');
    assert.deepEqual([code, stderr], [0, 'looking at ./ratings.csv\n']);
    assert.match(stdout, /^ {2}source\.sides: two +none of the ids are on both sides$/m);
    assert.match(stdout, /^ {2}hashloom query user:u0$/m);
    const far = ['--store', 's3://nobody-has-this-bucket/x', '--force'];
    const stored = await hashloom('init', file, '--corpus', './ratings.csv', ...far);
    assert.equal(stored.code, 0, stored.stderr);
    assert.match(stored.stdout, /only about 90 pairs/);
    const { source, affinity } = parse(await readFile(file, 'utf8')) as Record<string, object>;
    assert.deepEqual(
      { ...source, ...affinity },
      {
        ...source,
        ...affinity,
        kind: 'pairs',
        delimiter: ',',
        columns: { left: 'user', right: 'item', weight: 'rating' },
        minimumWeight: 0,
      },
    );
    const text = await hashloom(
      'init',
      file,
      '--corpus',
      './ratings.csv',
      '--kind',
      'text',
      '--force',
    );
    assert.equal(text.code, 0, text.stderr);
    assert.match(await readFile(file, 'utf8'), /^ {2}kind: text /m);
  });

  it('says where no index is', async () => {
    const lookup = await hashloom('lookup', 'king', '--index', join(folder, 'nothing'));
    assert.equal(lookup.code, 3);
    assert.match(lookup.stderr, /nothing.*no current\.json/);
    const list = await hashloom('index', 'list', '--store', join(folder, 'nothing'));
    assert.deepEqual([list.code, list.stdout], [0, '']);
    assert.match(list.stderr, /nothing is published/);
    const unnamed = await hashloom('lookup', 'king');
    assert.equal(unnamed.code, 2);
    assert.match(unnamed.stderr, /set --index, or be where a hashloom\.yaml is/);
  });

  it(
    'ends with 2 where TensorFlow is asked for and not set up, before any work, and says the ' +
      'command',
    async () => {
      const file = join(folder, 'tensorflow.yaml');
      await writeFile(
        file,
        'index: news\n' +
          'store: ./store\n' +
          'source: { path: ./texts }\n' +
          'training: { engine: tensorflow }\n',
      );
      const nowhere = {
        XDG_CACHE_HOME: join(folder, 'cache'),
        HASHLOOM_TENSORFLOW: '',
        TEMPORAL_ADDRESS: `127.0.0.1:${closedPort}`,
      };
      for (const words of [
        ['run', file, '--local'],
        ['worker', '--device', 'cuda:1'],
        ['experiment', 'sbm', '--engine', 'tensorflow', '--local'],
      ]) {
        const { code, stdout, stderr } = await hashloomWith(nowhere, folder, ...words);
        assert.deepEqual([code, stdout], [2, ''], stderr);
        assert.match(
          stderr,
          /^error: TensorFlow is not set up on this machine .*\nhint: `hashloom setup tensorflow`/m,
        );
      }
      const setup = await hashloomWith(
        nowhere,
        folder,
        'setup',
        'tensorflow',
        '--from',
        folder,
        '--json',
      );
      assert.deepEqual([setup.code, setup.stderr], [2, '']);
      assert.match(setup.stdout, /"type":"ConfigurationError","message":".*tensorflow/i);
    },
  );

  it('shows the stack only for HASHLOOM_DEBUG=1', async () => {
    const { stderr } = await hashloomWith({ HASHLOOM_DEBUG: '1' }, folder, 'run', 'missing.yaml');
    assert.match(stderr, /^error: no configuration at .*\nhint: .*\n[\s\S]*\n {4}at /);
  });
});

const hashloom = (...words: string[]) => inFolder(folder, ...words);

async function portNobodyListensOn(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  await new Promise((resolve) => {
    server.close(resolve);
  });
  return typeof address === 'object' && address !== null ? address.port : 0;
}
