import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, it } from 'vitest';
import type { MissingItem } from '@hashloom/lookup';
import { itemAnswerText, missingText } from '../../../cli/index/item-answer-text.ts';
import { queryIndexLocation } from '../../../cli/index/query-index-location.ts';
import {
  type ItemAnswer,
  itemAnswerLine,
  openForQueries,
  type OpenedIndex,
} from '../../../cli/index/query-items.ts';
import { openTerminal } from '../../../cli/terminal/terminal.ts';
import { buildIndex, texts, words } from '../../lookup/index-in-memory.ts';
import { hashloom, hashloomWith } from '../hashloom-process.ts';
import { fakeStream } from '../terminal/fake-stream.ts';

const piped = openTerminal(fakeStream(), {});

describe('questions to an index', () => {
  let scratch: string;
  let folder: string;
  let opened: OpenedIndex;

  beforeAll(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'hashloom-query-'));
    folder = join(scratch, 'indexes', 'tiny', 'versions', '3');
    await mkdir(folder, { recursive: true });
    const { manifest, parts } = buildIndex({
      keys: words('oil', 'pepper', 'salt', 'thyme'),
      codes: Uint8Array.of(0b1111_0000, 0b0000_0001, 0b0000_0001, 0b0000_0011),
      tables: 1,
      codeBytes: 1,
      payloads: texts(['an oil', 'a\nspice', 'a mineral', 'a herb']),
    });
    for (const [name, bytes] of parts) await writeFile(join(folder, name), bytes);
    await writeFile(join(folder, 'index.json'), JSON.stringify(manifest));
    await writeFile(
      join(folder, '..', '..', 'current.json'),
      JSON.stringify({ format: 1, index: 'tiny', version: 3, path: 'versions/3' }),
    );
    opened = await openForQueries(folder);
  });

  afterAll(async () => {
    await opened.close();
    await rm(scratch, { recursive: true, force: true });
  });

  const ask = async (id: string, topK = 2): Promise<ItemAnswer> =>
    (await opened.ask([{ name: id, query: { id } }], { topK }))[0]!;

  it('shows a table: rank, item, score, relation, payload; above it how they were found', async () => {
    assert.deepEqual(itemAnswerText(await ask('salt'), piped).split('\n'), [
      'salt  by codes, those of fewest other bits first',
      '  #  Item    Score  Relation  Payload',
      '  ─  ──────  ─────  ────────  ───────',
      '  1  pepper      1  near      a spice',
      '  2  thyme   0.875  near      a herb',
      '',
    ]);
    const explained = itemAnswerText(await ask('salt', 9), piped, true);
    assert.match(
      explained,
      /^salt {2}.*; only 3 of 9\n {2}no lists .*\n {2}buckets .*\n[\s\S]*\n {2}cost: \d+ reads/,
    );
  });

  it('shows fields, a column each, and takes a filter, whose errors are usage', async () => {
    const folder = join(scratch, 'indexes', 'fields', 'versions', '3');
    await mkdir(folder, { recursive: true });
    const { manifest, parts } = buildIndex({
      keys: words('oil', 'pepper', 'salt'),
      codes: Uint8Array.of(1, 1, 3),
      tables: 1,
      codeBytes: 1,
      payloads: texts(['{"year":1}', '{"year":2020,"tags":["a","b\\n"]}', '{"tags":["c"]}']),
      fields: { year: 'number', tags: 'string[]' },
    });
    for (const [name, bytes] of parts) await writeFile(join(folder, name), bytes);
    await writeFile(join(folder, 'index.json'), JSON.stringify(manifest));
    const own = await openForQueries(folder);
    try {
      const asked = { name: 'oil', query: { id: 'oil' } };
      const [all] = await own.ask([asked], { topK: 2 });
      assert.deepEqual(itemAnswerText(all!, piped).split('\n').slice(1), [
        '  #  Item    Score  Relation  year  tags',
        '  ─  ──────  ─────  ────────  ────  ─────',
        '  1  pepper      1  near      2020  a, b',
        '  2  salt    0.875  near            c',
        '',
      ]);
      const [some] = await own.ask([asked], { topK: 2, filter: { year: { $exists: false } } });
      assert.deepEqual(
        some!.matches.map(({ id, payload }) => [id, payload]),
        [['salt', { tags: ['c'] }]],
      );
      await assert.rejects(own.ask([asked], { topK: 2, filter: { yaer: 1 } }), {
        name: 'ConfigurationError',
        message:
          '--filter: the index has no field "yaer", only year (number), tags (string[]); did you ' +
          'mean year?',
      });
      const unsure = { ...all!, complete: false };
      assert.match(
        itemAnswerText(unsure, piped),
        /nearer ones that pass the filter may be missing/,
      );
    } finally {
      await own.close();
    }
  });

  it('cuts tables on a terminal alone', async () => {
    const narrow = openTerminal(fakeStream({ columns: 30, rows: 9 }), { NO_COLOR: '1' });
    for (const line of itemAnswerText(await ask('salt'), narrow)
      .split('\n')
      .slice(1))
      assert.ok(line.length <= 30, line);
  });

  it('is one JSON line a query', async () => {
    const { usage, ...told } = JSON.parse(itemAnswerLine(await ask('salt', 1))) as {
      usage: Record<string, number>;
    };
    assert.deepEqual(told, {
      query: 'salt',
      matches: [{ id: 'pepper', score: 1, relation: 'near', distance: 0, payload: 'a\nspice' }],
      complete: true,
      rank: 'bucket',
    });
    assert.equal(typeof usage['requests'], 'number');
  });

  it('says what is not there, and what may have been meant', async () => {
    const sault = await ask('sault');
    const line = JSON.parse(itemAnswerLine(sault)) as { found?: boolean; missing?: object };
    assert.deepEqual(
      [line.found, line.missing],
      [false, { id: 'sault', reason: 'unknown', spellings: ['salt'] }],
    );
    assert.equal(missingText(sault), 'not in the index: sault; near in spelling: salt\n');
    assert.match(missingText(await ask('Salt')), /words are lower-case there: salt/);
    const reason = (missing: Omit<MissingItem, 'id' | 'spellings'>, id = 'man') =>
      missingText({ ...sault, missing: { id, ...missing, spellings: [] } });
    assert.match(
      reason({ reason: 'common' }),
      /^not in the index: man, one of the most common words, .*left out/,
    );
    assert.match(
      reason({ reason: 'unknown', minimumCount: 8 }),
      /man: never seen, or fewer than 8 times/,
    );
    assert.match(
      reason({ reason: 'length', lengths: [4, 64] }),
      /man: words there have 4 to 64 letters/,
    );
    assert.match(reason({ reason: 'number' }, '1984'), /1984: what begins with a digit/);
    assert.match(reason({ reason: 'unknown', askBy: 'text' }), /ask with --text/);
    assert.match(reason({ reason: 'unknown' }, 'new york'), /--positive new,york/);
  });

  it('shows several at once, and ends with 3 where one is not there', async () => {
    const index = join(scratch, 'indexes', 'tiny');
    const two = await hashloom(scratch, 'query', 'salt', 'sault', '--index', index, '--top-k', '1');
    assert.equal(two.code, 3);
    assert.match(two.stdout, /^salt {2}[^]*pepper/);
    assert.equal(two.stderr, 'not in the index: sault; near in spelling: salt\n');
    const json = await hashloom(scratch, 'query', 'oil', 'salt', '--index', index, '--json');
    assert.deepEqual(
      json.stdout
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { query: string }).query),
      ['oil', 'salt'],
    );
    assert.deepEqual([json.code, json.stderr], [0, '']);
  });

  it('tells what cannot be asked by the options that were given, with 2', async () => {
    const index = join(scratch, 'indexes', 'tiny');
    for (const [args, message] of [
      [['salt', '--top-k', '1000000'], /--top-k: expected a whole number from 1 to/],
      [['salt', '--rank', 'neighbours'], /--rank: this index has no lists/],
      [['salt', '--rank', 'best'], /argument 'best' is invalid. Allowed choices are auto/],
      [['salt', '--relation', 'like'], /Allowed choices are goes-with, is-like, near/],
      [
        ['salt', '--filter', '{lang'],
        /'--filter <json>' argument '{lang' is invalid. expected JSON/,
      ],
      [['--text', 'salt of the earth'], /--text: this index has no encoder of texts/],
      [['--positive', 'a,,b'], /expected ids apart by commas/],
    ] as const) {
      const { code, stderr, stdout } = await hashloom(scratch, 'query', ...args, '--index', index);
      assert.deepEqual([code, stdout], [2, ''], stderr);
      assert.match(stderr, message);
    }
  });

  it('finds the index by path, by name within a store, and as the only one of a store', async () => {
    const expected = pathToFileURL(join(scratch, 'indexes', 'tiny')).href;
    assert.equal(await queryIndexLocation(join(scratch, 'indexes', 'tiny'), undefined), expected);
    assert.equal(await queryIndexLocation('tiny', scratch), expected);
    assert.equal(await queryIndexLocation(undefined, scratch), expected);
    const near = await hashloomWith(
      {},
      join(scratch, 'indexes'),
      'query',
      'oil',
      '--index',
      'tiny',
    );
    assert.equal(near.code, 0, near.stderr);
    await assert.rejects(
      queryIndexLocation(undefined, join(scratch, 'none')),
      /nothing is published/,
    );
  });

  it('tells of the index that may be meant where none is at the place that was named', async () => {
    const index = join(scratch, 'indexes', 'tiny');
    const cases: [words: string[], code: number, message: RegExp][] = [
      [['--index', join(scratch, 'indexes', 'tini')], 3, /did you mean --index \S+\/tiny \?/],
      [['--index', 'tini', '--store', scratch], 3, /did you mean --index \S+\/tiny \?/],
      [['--index', scratch], 3, /no current\.json there.*\nhint: did you mean --index \S+\/tiny/],
      [['--index', join(scratch, 'indexes')], 3, /did you mean --index \S+\/tiny \?/],
      [['--index', `${index}/versions/9`], 3, /hashloom index versions \S+tiny` shows those/],
      [['--index', join(scratch, 'none')], 3, /an index lies at STORE\/indexes\/NAME/],
      [[index], 2, /is the folder of an index, not a word\nhint: hashloom query salt --index/],
      [[], 2, /--index: which one\?.*\nhint: --index \.\/indexes\/tiny\n/],
      [['--index', 'tiny'], 2, /--index: which one\?.*\nhint: --index \.\/indexes\/tiny\n/],
      [['--index', 'http://127.0.0.1:9/x'], 3, /cannot be reached .*\nhint: is the address right/],
    ];
    for (const [words, expected, message] of cases) {
      const { code, stderr, stdout } = await hashloom(scratch, 'query', 'salt', ...words);
      assert.deepEqual([code, stdout], [expected, ''], stderr);
      assert.match(stderr, message);
    }
    const { stderr } = await hashloomWith(
      {
        AWS_EC2_METADATA_DISABLED: 'true',
        AWS_ACCESS_KEY_ID: '',
        AWS_SECRET_ACCESS_KEY: '',
        AWS_PROFILE: '',
        AWS_SHARED_CREDENTIALS_FILE: join(scratch, 'none'),
        AWS_CONFIG_FILE: join(scratch, 'none'),
      },
      scratch,
      'query',
      'salt',
      '--index',
      's3://no-such-bucket/indexes/x',
    );
    assert.match(stderr, /hint: set AWS_PROFILE, or AWS_ACCESS_KEY_ID/);
  });
});
