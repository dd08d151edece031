import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { stringify } from 'yaml';
import type { AnswersEvaluation } from '../../../cli/evaluate/evaluate-answers.ts';
import { planRun } from '../../../cli/plan/plan-run.ts';
import { parseConfiguration } from '../../../cli/configuration/load-configuration.ts';
import { STAGE_NAMES } from '../../../schemas/stages.ts';
import { publishedCodes } from '../../../schemas/tables.ts';
import { openStore } from '../../../store/open-store.ts';
import { decodeParquet, encodeParquet } from '../../../store/tables/parquet.ts';
import { addText, createScratch, smallConfiguration } from '../../pipeline/set-up/small-corpus.ts';
import type { Scratch } from '../../pipeline/set-up/small-corpus.ts';
import { hashloom, killOnceTraining } from '../hashloom-process.ts';

let scratch: Scratch;

describe('run --local, and what reads the index it publishes', () => {
  beforeAll(async () => {
    // Home, store and corpus lie in a folder whose name a hand-made URL would not survive.
    scratch = await createScratch(20, 'hashloom #1 100% für ');
    await writeFile(
      join(scratch.folder, 'hashloom.yaml'),
      stringify({
        ...smallConfiguration('news', scratch),
        store: './store',
        source: { path: './corpus' },
      }),
    );
  });
  afterAll(() => scratch.remove());

  it('ends with one JSON line, and comes from its artifacts the second time', async () => {
    const first = await hashloom(scratch.folder, 'run', '--local', '--json');
    assert.equal(first.code, 0, first.stderr);
    assert.equal(first.stderr, '');
    const result = JSON.parse(first.stdout) as {
      version: number;
      uri: string;
      stages: { name: string; cached: boolean }[];
      metrics: Record<string, number>;
    };
    assert.deepEqual(Object.keys(result), [
      'index',
      'version',
      'uri',
      'workflowId',
      'runId',
      'stages',
      'metrics',
      'corpus',
    ]);
    assert.equal(result.version, 1);
    assert.deepEqual(
      result.stages.map(({ name }) => name),
      [...STAGE_NAMES],
    );
    assert.deepEqual(Object.keys(result.stages[0] ?? {}), [
      'name',
      'cached',
      'seconds',
      'rows',
      'bytes',
    ]);
    for (const metric of ['precision', 'recall', 'f1', 'hr50', 'hr500', 'clusters'])
      assert.equal(typeof result.metrics[metric], 'number', metric);

    const second = await hashloom(scratch.folder, 'run', '--local', '--metrics');
    assert.equal(second.code, 0, second.stderr);
    assert.match(
      second.stderr,
      new RegExp(
        '^news: preparing a run on this machine\\n' +
          'Temporal 127\\.0\\.0\\.1:\\d+, UI http://127\\.0\\.0\\.1:\\d+/namespaces/default/' +
          'workflows/reindex%2Fnews\\n',
        'u',
      ),
    );
    assert.match(second.stderr, /Train the embeddings: cached, [\d,]+ rows/);
    assert.match(second.stdout, /^Train the embeddings .* cached$/m);
    assert.match(second.stdout, /^All .* 18 cached, 0 run$/m);
    assert.match(second.stdout, /^hr50 +[\d.]+$/m);
    assert.match(second.stdout, /news version 1 is this very index already; nothing was published/);
    assert.match(second.stdout, /\n\nNext: hashloom query WORD\n$/);
  });

  it('answers what is asked, by lists of neighbours first', async () => {
    const { code, stdout, stderr } = await hashloom(
      scratch.folder,
      'query',
      'president',
      'qqqq',
      '--top-k',
      '3',
      '--json',
    );
    assert.equal(code, 3, stderr);
    const [president, unknown] = stdout
      .trim()
      .split('\n')
      .map(
        (line) =>
          JSON.parse(line) as {
            query: string;
            matches: { id: string; score: number; relation: string }[];
            complete: boolean;
            rank: string;
            found?: false;
            missing?: { reason: string };
          },
      );
    assert.deepEqual(
      [president?.query, president?.matches.length, president?.complete, president?.rank],
      ['president', 3, true, 'neighbours'],
    );
    assert.deepEqual([unknown?.found, unknown?.missing?.reason], [false, 'unknown']);
    const table = await hashloom(scratch.folder, 'query', 'president', '--index', 'news');
    assert.equal(table.code, 0, table.stderr);
    assert.match(table.stdout, /^president {2}from its list of neighbours\n +# {2}Item/);
  });

  it('answers lookups, a line a word', async () => {
    const known = await hashloom(scratch.folder, 'lookup', 'president', 'qqqq', '--json');
    assert.equal(known.code, 0, known.stderr);
    const [president, unknown] = known.stdout
      .trim()
      .split('\n')
      .map(
        (line) =>
          JSON.parse(line) as {
            query: string;
            buckets: { table: number; code: string; items: string[] }[];
            items: string[];
          },
      );
    assert.deepEqual(Object.keys(president ?? {}), ['query', 'buckets', 'items']);
    assert.deepEqual(
      president?.buckets.map(({ table }) => table),
      [0, 1],
    );
    assert.match(president?.buckets[0]?.code ?? '', /^[0-9a-f]{4}$/);
    assert.deepEqual(unknown, { query: 'qqqq', buckets: [], items: [] });
    assert.equal(known.stderr, 'not in the index: qqqq\n');
    const capital = await hashloom(
      scratch.folder,
      'lookup',
      'President',
      '--index',
      './store/indexes/news',
    );
    assert.deepEqual([capital.code, capital.stdout], [0, '']);
    assert.match(capital.stderr, /words are lower-case there: president/);
  });

  it('lists the indexes of the store', async () => {
    const { stdout } = await hashloom(scratch.folder, 'index', 'list', '--json');
    const listed = JSON.parse(stdout) as Record<string, unknown>;
    assert.deepEqual(
      [
        listed['index'],
        listed['version'],
        listed['versions'],
        listed['kind'],
        listed['tables'],
        listed['bits'],
      ],
      ['news', 1, 1, 'word', 2, 16],
    );
    assert.match(
      (await hashloom(scratch.folder, 'index', 'list')).stdout,
      /^news +1 +1 +[\d,]+ words +2 x 16 bits +\d{4}-/m,
    );
  });

  it('finds the report of a version, and says what is there when it is not', async () => {
    const { code, stdout } = await hashloom(scratch.folder, 'report');
    assert.equal(code, 0);
    assert.match(await readFile(stdout.trimEnd(), 'utf8'), /^<!doctype html>[\s\S]*president/);
    const gone = await hashloom(scratch.folder, 'report', 'news', '7');
    assert.equal(gone.code, 3);
    assert.match(gone.stderr, /version 7 of news was never published; versions at .*: 1/);
    const outside = await hashloom(scratch.folder, 'report', '../news');
    assert.equal(outside.code, 2);
    assert.match(outside.stderr, /no name of an index/);
  });

  it(
    'writes the data of a version for other methods, and measures its codes by it as the run ' +
      'did',
    async () => {
      const { code, stdout, stderr } = await hashloom(
        scratch.folder,
        'index',
        'data',
        'news',
        '--to',
        'data',
        '--json',
      );
      assert.equal(code, 0, stderr);
      const { files } = JSON.parse(stdout) as { files: { name: string; rows: number }[] };
      assert.deepEqual(
        files.map(({ name }) => name),
        [
          'items.parquet',
          'truth.parquet',
          'training.parquet',
          'held-out.parquet',
          'negatives.parquet',
        ],
      );
      const [items, truth, training, heldOut, negatives] = files.map(({ rows }) => rows);
      assert.equal(truth, training! + 2 * heldOut!);
      assert.ok(items! > 300 && negatives! > items!);
      // Codes of a run name words; its data numbers them.
      const folder = join(scratch.folder, 'store', 'indexes', 'news', 'versions', '1');
      const {
        item,
        table,
        code: codes,
      } = await decodeParquet(
        await readFile(join(folder, 'codes.parquet')),
        publishedCodes(16),
        'codes.parquet',
      );
      const numbers = new Map([...new Set(item)].map((word, number) => [word, number]));
      const renamed = {
        item: Int32Array.from(item, (word) => numbers.get(word)!),
        table,
        code: codes,
      };
      await writeFile(
        join(scratch.folder, 'codes.parquet'),
        await encodeParquet({ ...publishedCodes(16), item: 'int32' }, renamed, {
          profile: 'published',
        }),
      );
      const given = [
        '--codes',
        'codes.parquet',
        '--truth',
        'data/truth.parquet',
        '--held-out',
        'data/held-out.parquet',
        '--embeddings',
        join(folder, 'embeddings.arrow'),
        '--queries',
        '200',
        '--shared',
      ];
      const measured = await hashloom(scratch.folder, 'evaluate', ...given, '--json');
      assert.equal(measured.code, 0, measured.stderr);
      const { metrics } = JSON.parse(await readFile(join(folder, 'index.json'), 'utf8')) as {
        metrics: Record<string, number>;
      };
      const own = (JSON.parse(measured.stdout) as { metrics: Record<string, number> }).metrics;
      assert.ok(Object.keys(own).length > 25);
      for (const [name, value] of Object.entries(own)) assert.equal(value, metrics[name], name);
    },
  );

  it('measures codes and lists of others on the links that a run held out', async () => {
    const codes = join(scratch.folder, 'store/indexes/news/versions/1/codes.parquet');
    const evaluate = async (...options: string[]) =>
      await hashloom(scratch.folder, 'evaluate', '--index', 'news', ...options);
    const measured = await evaluate('--codes', codes, '--shared', '--json');
    assert.deepEqual([measured.code, measured.stderr], [0, '']);
    const { ways, missing } = JSON.parse(measured.stdout) as AnswersEvaluation;
    const of = (name: string) => ways.find(({ way }) => way === name)!;
    // Codes that a run has published are its own way `codes`.
    assert.deepEqual({ ...of('given'), way: 'codes' }, of('codes'));
    assert.equal(missing, 0);
    assert.ok(of('popularity').uniform[1]! > 0 && of('query').matched > 0);
    await writeFile(
      join(scratch.folder, 'lists.jsonl'),
      '{"id": "able", "neighbours": ["action", "florbity"]}\n',
    );
    const lists = await evaluate('--lists', 'lists.jsonl');
    assert.equal(lists.code, 0, lists.stderr);
    assert.match(lists.stderr, /^lists.jsonl: 1 ids are no items of .* left out: florbity$/m);
    assert.match(lists.stderr, /^lists.jsonl: \d+ items of the version are not in it: no answer$/m);
    assert.match(lists.stdout, /^\d+ links held out of version 1 of news, asked for by \d+ items/);
    assert.match(
      lists.stdout,
      /^what was given .*\n(?:.*\n)*the same most common answers to all /m,
    );
    const refused: [string[], number, RegExp][] = [
      [['--codes', codes, '--truth', 'x.parquet'], 2, /give --index, .* or --truth/],
      [['--codes', codes, '--lists', 'lists.jsonl'], 2, /give --codes or --lists/],
      [['--codes', codes, '--metric', 'f1'], 2, /--metric: with --truth alone/],
      [['--lists', 'gone.jsonl'], 2, /no file at gone.jsonl/],
    ];
    for (const [options, code, message] of refused) {
      const failed = await evaluate(...options);
      assert.equal(failed.code, code, failed.stderr);
      assert.match(failed.stderr, message);
    }
  });

  it(
    'refuses to go on with an interrupted run after its configuration was edited, and replaces ' +
      'it where that is asked for',
    async () => {
      const slow = {
        ...smallConfiguration('slow', scratch),
        store: './store',
        source: { path: './corpus' },
      };
      const write = (epochs: number) =>
        writeFile(
          join(scratch.folder, 'slow.yaml'),
          stringify({ ...slow, training: { ...slow.training, epochs } }),
        );
      await write(4000);
      await killOnceTraining(scratch.folder, 'run', 'slow.yaml', '--local');
      await write(2);
      const refused = await hashloom(scratch.folder, 'run', 'slow.yaml', '--local');
      assert.equal(refused.code, 6, refused.stderr);
      assert.match(refused.stderr, /^ {2}configuration\.training\.epochs: 4000, here 2$/m);
      for (const way of [
        'hashloom watch slow',
        'hashloom cancel slow',
        'hashloom run slow.yaml --local --replace',
      ])
        assert.ok(refused.stderr.includes(way), refused.stderr);
      const replaced = await hashloom(
        scratch.folder,
        'run',
        'slow.yaml',
        '--local',
        '--replace',
        '--json',
      );
      assert.equal(replaced.code, 0, replaced.stderr);
      assert.equal((JSON.parse(replaced.stdout.trim()) as { version: number }).version, 1);
    },
  );

  it('plans without running: what is there, what a change makes run, and writes nothing', async () => {
    const before = await objectsOf(scratch);
    const configuration = () =>
      parseConfiguration(
        stringify({
          ...smallConfiguration('news', scratch),
          store: './store',
          source: { path: './corpus' },
        }),
        join(scratch.folder, 'hashloom.yaml'),
      );
    const runsFrom = async (change: (changed: ReturnType<typeof configuration>) => void) => {
      const changed = configuration();
      change(changed);
      return (await planRun(changed, false)).filter(({ runs }) => runs).map(({ name }) => name);
    };
    assert.deepEqual(await runsFrom(() => undefined), []);
    const from = (name: (typeof STAGE_NAMES)[number]) =>
      STAGE_NAMES.slice(STAGE_NAMES.indexOf(name));
    assert.deepEqual(await runsFrom((changed) => (changed.training.epochs += 1)), from('train'));
    assert.deepEqual(await runsFrom((changed) => (changed.negatives.perRow += 1)), from('mine'));
    assert.deepEqual(await runsFrom((changed) => (changed.affinity.top += 1)), from('filter'));
    assert.deepEqual(
      await runsFrom((changed) => (changed.cooccurrence.window += 1)),
      from('count'),
    );
    assert.deepEqual(
      await runsFrom((changed) => (changed.evaluation.queries += 1)),
      from('evaluate'),
    );
    assert.deepEqual(await runsFrom((changed) => (changed.index = 'other')), from('report'));

    interface Planned {
      corpus: { files: number; tokens: number };
      bytes: number;
      activities: number;
      stages: { name: string; runs: boolean; why: string; rows: number; bytes: number }[];
    }
    const planned = async (...options: string[]) => {
      const { code, stdout, stderr } = await hashloom(scratch.folder, 'plan', '--json', ...options);
      assert.equal(code, 0, stderr);
      return JSON.parse(stdout) as Planned;
    };
    const there = await planned();
    assert.deepEqual(
      there.stages.map(({ name, runs }) => [name, runs]),
      STAGE_NAMES.map((name) => [name, false]),
    );
    assert.deepEqual(
      [there.bytes, there.corpus.files, there.corpus.tokens],
      [0, 20, there.stages[1]?.rows],
    );
    const sampled = await planned('--force');
    assert.ok(
      Math.abs(sampled.corpus.tokens / there.corpus.tokens - 1) < 0.01 && sampled.bytes > 0,
    );
    const large = await planned('--corpus-size', '120GB', '--files', '2000');
    assert.equal(large.corpus.files, 2000);
    assert.ok(large.corpus.tokens > 1e10 && large.activities > there.activities);
    const table = await hashloom(scratch.folder, 'plan');
    assert.match(table.stdout, /^List the corpus +cached +20 files, as they were$/m);
    assert.match(
      table.stdout,
      /^On Temporal Cloud: \d+ actions, \d+ of them heartbeats: \$0\.\d+ at \$50 a million/m,
    );
    assert.match(
      (await hashloom(scratch.folder, 'plan', '--corpus-size', 'huge')).stderr,
      /expected a size such as 500MB/,
    );

    await addText(scratch, 20);
    const grown = await planRun(configuration(), false);
    assert.deepEqual(
      grown.map(({ runs }) => runs),
      STAGE_NAMES.map(() => true),
    );
    assert.equal(grown[1]?.why, '1 of 21 files have not been made with these settings');
    assert.deepEqual(await objectsOf(scratch), before);
  });
});

async function objectsOf({ folder }: Scratch): Promise<string[]> {
  const objects: string[] = [];
  for await (const { path, etag } of openStore(join(folder, 'store')).list(''))
    objects.push(`${path} ${etag}`);
  return objects;
}
