import assert from 'node:assert/strict';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { describe } from 'vitest';
import { openIndex } from '@hashloom/lookup';
import { planRun } from '../../cli/plan/plan-run.ts';
import { RandomStream } from '../../kernels/numbers/random.ts';
import { parseHTML } from 'linkedom';
import { publishedIdBuckets, publishedIdGroups, publishedIdCodes } from '../../schemas/tables.ts';
import { decodeParquet } from '../../store/tables/parquet.ts';
import { nearestByCosine } from '../reference/nearest-by-cosine.ts';
import { vectorFile } from '../store/vector-file.ts';
import { it } from './on-temporal.ts';
import { type Scratch, smallConfiguration } from './set-up/small-corpus.ts';
import { reindex, type TestTemporal } from './set-up/temporal.ts';

describe('reindex of vectors', () => {
  let temporal: TestTemporal;
  let scratch: Scratch;

  it.beforeAll(async ({ temporal: shared, scratchOf }) => {
    temporal = shared;
    scratch = await scratchOf(0);
  });

  /** 300 vectors of 24 dimensions around 30 points: vector i is near vector i + 30. */
  function madeVectors(): number[][] {
    const stream = new RandomStream(1, 91);
    const points = Array.from({ length: 30 }, () =>
      Array.from({ length: 24 }, () => stream.uniform() - 0.5),
    );
    return Array.from({ length: 300 }, (_, row) =>
      points[row % 30]!.map((value) => value + 0.02 * stream.uniform()),
    );
  }

  function cosineOf(a: number[], b: number[]): number {
    return (
      a.reduce((sum, value, k) => sum + value * b[k]!, 0) / Math.hypot(...a) / Math.hypot(...b)
    );
  }

  /** Two files of 150 of them. */
  async function writeVectors(
    name: string,
    idOf: ((row: number) => bigint | string) | undefined,
  ): Promise<string> {
    const folder = join(scratch.folder, name);
    await mkdir(folder);
    const vectors = madeVectors();
    for (const part of [0, 1]) {
      const rows = Array.from({ length: 150 }, (_, i) => 150 * part + i);
      await writeFile(
        join(folder, `part-${part}.parquet`),
        vectorFile(
          rows.map((row) => vectors[row]!),
          idOf && rows.map(idOf),
          part === 0 ? 'fixed' : 'variable',
        ),
      );
    }
    return pathToFileURL(folder).href;
  }

  const configured = (index: string, path: string, method: string) =>
    smallConfiguration(index, scratch, { source: { path, kind: 'vectors' }, vectors: { method } });

  for (const method of ['lsh', 'itq']) {
    it(`publishes an index of int64 ids by ${method}, and the same again from its artifacts`, async () => {
      const path = await writeVectors(`ids-${method}`, (row) => BigInt(1000 - row));
      const result = await reindex(temporal, configured(`ids-${method}`, path, method));
      assert.deepEqual(
        result.stages.map(({ name, rows }) => [name, rows]),
        [
          ['list', 2],
          ['encode', 300],
          ['cells', 300],
          ['relate-vectors', 300 * 50],
          ['export', 300],
          ['answers', 7],
          ['report', 300],
          ['publish', 300],
        ],
      );
      const { queryRecall10, queryRecall50, popularityRecall10, withoutAnswer } = result.metrics;
      // All vectors are looked at here, but compared by a byte a dimension.
      assert.ok(queryRecall10! > 0.9 && queryRecall50! > 0.9 && popularityRecall10! < 0.2);
      assert.equal(withoutAnswer, 0);
      const folder = fileURLToPath(result.uri);
      const page = await readFile(join(folder, 'report.html'), 'utf8');
      const { document } = parseHTML(page);
      for (const script of document.querySelectorAll('script')) script.remove();
      const text = document.querySelector('body')!.textContent;
      assert.match(text, /300 vectors, 2 tables of 16 bits/);
      assert.match(text, /Example clusters[\s\S]*buckets of 3 to 40 vectors/);
      assert.match(
        text,
        /how many of the 10 nearest vectors by the cosine of the vectors are[\s\S]*Map of the vectors/,
      );
      // The configuration, shown whole, has quoted ones.
      assert.doesNotMatch(text, /(?<!")\bwords\b(?!")|affinity D|Recall, D/);
      const index = await openIndex(join(folder, '..', '..'));
      assert.equal(index.manifest.kind, 'id');
      const { items } = await index.lookup('1000');
      assert.ok(
        ['970', '940', '910'].some((id) => items.includes(id)),
        items.join(' '),
      );
      assert.deepEqual((await index.load()).lookup('1000').items, items);
      assert.deepEqual(
        (await planRun(configured(`ids-${method}`, path, method), false)).map(({ name, runs }) => [
          name,
          runs,
        ]),
        result.stages.map(({ name }) => [name, false]),
      );
      const other = method === 'lsh' ? 'itq' : 'lsh';
      assert.deepEqual(
        (await planRun(configured(`ids-${method}`, path, other), false)).map(({ runs }) => runs),
        [false, true, true, true, true, true, true, true],
      );
      const vectors = madeVectors();
      const flat = Float32Array.from(vectors.flat());
      for (const row of [0, 17, 299]) {
        const nearest = nearestByCosine(flat, vectors[row]!, 24, 10).map((each) => 1000 - each);
        const cold = await index.query({ vector: vectors[row]! });
        assert.deepEqual([cold.rank, cold.complete], ['cosine', true]);
        assert.equal(cold.matches[0]!.id, String(1000 - row));
        assert.ok(cold.matches.filter(({ id }) => nearest.includes(Number(id))).length >= 9);
        const warm = await openIndex(join(folder, '..', '..'));
        await warm.warm();
        const { matches, usage } = await warm.query({ vector: vectors[row]!, topK: 300 });
        assert.deepEqual([matches.length, usage.requests], [300, 0]);
        assert.deepEqual(matches.slice(0, 10), cold.matches);
      }
      for (const row of [0, 17, 299]) {
        const byCosine = nearestByCosine(flat, vectors[row]!, 24, 11).slice(1);
        const cold = await openIndex(join(folder, '..', '..'));
        const { matches, rank, complete, usage } = await cold.query({ id: String(1000 - row) });
        assert.deepEqual([rank, complete], ['neighbours', true]);
        assert.ok(usage.bytes <= 64 * 1024 && usage.rounds <= 2, JSON.stringify(usage));
        const found = matches.map(({ id }) => 1000 - Number(id));
        assert.ok(!found.includes(row), 'an item is not its own neighbour');
        assert.ok(found.filter((each) => byCosine.includes(each)).length >= 9);
        for (const { id, score, relation } of matches) {
          assert.equal(relation, 'near');
          const cosine = cosineOf(vectors[row]!, vectors[1000 - Number(id)]!);
          assert.ok(Math.abs(score - cosine) < 0.01, `${score} of ${cosine}`);
        }
        await cold.warm();
        assert.deepEqual((await cold.query({ id: String(1000 - row) })).matches, matches);
      }
      const near = await index.nearest('1000', 9);
      assert.ok(
        near.filter(({ item }) => (1000 - Number(item)) % 30 === 0).length >= 7,
        JSON.stringify(near),
      );
      const codes = await decodeParquet(
        await readFile(join(folder, 'codes.parquet')),
        publishedIdCodes(16),
      );
      assert.deepEqual([codes.item[0], codes.item.at(-1)], [701n, 1000n]);
      const buckets = await decodeParquet(
        await readFile(join(folder, 'buckets.parquet')),
        publishedIdBuckets(16),
      );
      assert.equal(buckets.items.values.length, 600);
      const groups = await decodeParquet(
        await readFile(join(folder, 'groups.parquet')),
        publishedIdGroups,
      );
      const clusters = Array.from(buckets.size).filter((size) => size > 1);
      assert.deepEqual(
        Array.from(groups.group),
        clusters.flatMap((size, group) => Array<number>(size).fill(group)),
      );
      assert.deepEqual(
        Array.from(groups.size),
        clusters.flatMap((size) => Array<number>(size).fill(size)),
      );
      const members = Array.from(buckets.size, (size, b) =>
        size > 1
          ? [
              ...buckets.items.values.subarray(
                buckets.items.offsets[b],
                buckets.items.offsets[b + 1],
              ),
            ]
          : [],
      ).flat();
      assert.deepEqual([...groups.item], members);
      const again = await reindex(temporal, configured(`ids-${method}`, path, method));
      assert.ok(again.stages.every(({ cached }) => cached));
    });
  }

  it(
    'exports more than a million codes by ranges, activities of their own, and answers from ' +
      'them',
    async () => {
      const [items, tables] = [130_000, 8];
      const stream = new RandomStream(2, 91);
      const vectors = Array.from({ length: items }, () => [
        stream.uniform() - 0.5,
        stream.uniform() - 0.5,
        stream.uniform() - 0.5,
        stream.uniform() - 0.5,
      ]);
      const folder = join(scratch.folder, 'many');
      await mkdir(folder);
      await writeFile(join(folder, 'vectors.parquet'), vectorFile(vectors));
      const change = {
        source: { path: pathToFileURL(folder).href, kind: 'vectors' },
        training: { tables, bits: 16 },
        neighbours: { top: 5 },
        export: { memoryMiB: 64 },
      };
      const { uri, stages } = await reindex(temporal, smallConfiguration('many', scratch, change));
      assert.deepEqual(stages.find(({ name }) => name === 'export')?.rows, items);
      const { events } = await temporal.client.workflow.getHandle('reindex/many').fetchHistory();
      const children = (events ?? []).flatMap(
        ({ childWorkflowExecutionCompletedEventAttributes: completed }) =>
          completed ? [completed.workflowExecution?.workflowId ?? ''] : [],
      );
      for (const activity of ['exportRange', 'exportPart'])
        assert.ok(
          children.some((id) => id.includes(activity)),
          `${activity} among ${children.join(', ')}`,
        );
      // Sorted by item and table.
      const { item: owner, code } = await decodeParquet(
        await readFile(join(fileURLToPath(uri), 'codes.parquet')),
        publishedIdCodes(16),
      );
      assert.equal(owner.length, items * tables);
      const codeAt = (at: number) => 256 * code[2 * at]! + code[2 * at + 1]!;
      const index = await openIndex(fileURLToPath(uri));
      for (const query of [0, 64_999, items - 1]) {
        const found = (await index.lookup(String(query))).items
          .map(Number)
          .toSorted((a, b) => a - b);
        const shares = (item: number) =>
          item !== query &&
          Array.from({ length: tables }, (_, t) => t).some(
            (t) => codeAt(item * tables + t) === codeAt(query * tables + t),
          );
        assert.deepEqual(found, Array.from({ length: items }, (_, item) => item).filter(shares));
      }
    },
  );

  it('says in its report what a lookup finds of the nearest vectors', async () => {
    const { uri } = await reindex(
      temporal,
      configured('found', await writeVectors('found', (row) => BigInt(row)), 'lsh'),
    );
    const index = await openIndex(fileURLToPath(uri));
    const unit = madeVectors()
      .map((vector) => vector.map((value) => Math.fround(value)))
      .map((vector) => vector.map((value) => value / Math.hypot(...vector)));
    // Items at even places, as many as 200.
    const queries = Array.from({ length: 200 }, (_, k) => Math.floor((k * 300) / 200));
    let [candidates, recall] = [0, 0];
    for (const query of queries) {
      const { items } = await index.lookup(String(query));
      const cosine = (row: number) =>
        unit[row]!.reduce((sum, value, k) => sum + value * unit[query]![k]!, 0);
      const nearest = unit
        .map((_, row) => row)
        .filter((row) => row !== query)
        .toSorted((a, b) => cosine(b) - cosine(a))
        .slice(0, 10);
      candidates += items.length / queries.length;
      recall += nearest.filter((row) => items.includes(String(row))).length / 10 / queries.length;
    }
    const { document } = parseHTML(await readFile(join(fileURLToPath(uri), 'report.html'), 'utf8'));
    const section = [...document.querySelectorAll('section')].find(
      (each) => each.querySelector('h2')!.textContent === 'What a lookup finds',
    )!;
    const rows = [...section.querySelector('table')!.querySelectorAll('tbody tr')].map((row) =>
      [...row.querySelectorAll('td')].map(({ textContent }) => textContent),
    );
    assert.deepEqual(
      rows.find(([tables, bits, radius]) => tables === '2' && bits === '16' && radius === '0'),
      ['2', '16', '0', String(Number(candidates.toPrecision(4))), recall.toFixed(3)],
    );
    assert.equal(document.querySelectorAll('#map circle').length, 300);
  });

  it('publishes another cap on the size of buckets as a version of its own, which lookups obey', async () => {
    const path = await writeVectors('capped', (row) => BigInt(1000 - row));
    const capped = (maximumSize: number) => ({
      ...configured('capped', path, 'lsh'),
      buckets: { maximumSize, settle: true },
    });
    const whole = await reindex(temporal, capped(0));
    assert.equal(whole.metrics['bucketsOverCap'], undefined);
    const result = await reindex(temporal, capped(4));
    assert.deepEqual(
      [result.version, result.published, result.stages.map(({ cached }) => cached)],
      [2, true, [true, true, true, true, false, false, false, false]],
    );
    const [before, after] = await Promise.all(
      [whole.uri, result.uri].map((uri) => openIndex(fileURLToPath(uri))),
    );
    const buckets = await decodeParquet(
      await readFile(join(fileURLToPath(result.uri), 'buckets.parquet')),
      publishedIdBuckets(16),
    );
    const over = Array.from(buckets.size).filter((size) => size > 4).length;
    assert.ok(over > 0);
    assert.deepEqual([result.metrics['bucketsOverCap'], after!.manifest.maximumBucket], [over, 4]);
    let nothing = 0;
    for (let id = 701; id <= 1000; id++) {
      const [all, some] = await Promise.all([
        before!.lookup(String(id)),
        after!.lookup(String(id)),
      ]);
      const large = all.buckets.map(({ items }) => items.length + 1 > 4);
      nothing += large.every(Boolean) ? 1 : 0;
      assert.deepEqual(
        some.buckets,
        all.buckets.map((bucket, table) =>
          large[table] ? { ...bucket, items: [], tooLarge: bucket.items.length + 1 } : bucket,
        ),
      );
    }
    assert.equal(result.metrics['itemsOverCap'], nothing);
    assert.match(
      await readFile(join(fileURLToPath(result.uri), 'report.html'), 'utf8'),
      /no bucket of more than 4 vectors/,
    );
  });

  it('takes string ids, and row numbers where there are none', async () => {
    const strings = await reindex(
      temporal,
      configured('strings', await writeVectors('strings', (row) => `doc/${row}`), 'lsh'),
    );
    assert.ok(
      (await (await openIndex(fileURLToPath(strings.uri))).nearest('doc/0', 3)).every(({ item }) =>
        item.startsWith('doc/'),
      ),
    );
    const rows = await reindex(
      temporal,
      configured('rows', await writeVectors('rows', undefined), 'lsh'),
    );
    assert.equal((await (await openIndex(fileURLToPath(rows.uri))).lookup('299')).found, true);
  });

  it('takes a folder as Spark writes it, without its bad rows where it may', async () => {
    const path = await writeVectors('spark', (row) => BigInt(row));
    const folder = join(scratch.folder, 'spark');
    await writeFile(join(folder, '_SUCCESS'), '');
    await copyFile(
      new URL('../fixtures/foreign/vectors-no-rows.parquet', import.meta.url),
      join(folder, 'part-2.parquet'),
    );
    await writeFile(
      join(folder, 'part-3.parquet'),
      vectorFile([...madeVectors().slice(0, 2), madeVectors()[2]!.fill(0)], [300n, 301n, 302n]),
    );
    const { source, ...others } = configured('spark', path, 'itq');
    const refused = await reindex(temporal, { ...others, source }).catch((error: unknown) => error);
    const { cause } = (refused as Error).cause as Error;
    assert.match(String(cause), /part-3\.parquet row 2: a vector of zeros/u);
    const result = await reindex(temporal, {
      ...others,
      source: { ...source, badRows: 'skip', badRowsMost: 0.5 },
    });
    assert.equal(result.stages.find(({ name }) => name === 'cells')!.rows, 302);
    assert.deepEqual([result.corpus.skippedFiles, result.corpus.skippedRows], [0, 1]);
    assert.match(result.corpus.firstSkippedRows[0]!, /part-3\.parquet row 2/u);
  });

  it('leaves out all rows of an id but the first, in the cells too', async () => {
    const path = await writeVectors('first-stays', (row) => BigInt(row));
    const folder = join(scratch.folder, 'first-stays');
    const again = madeVectors().slice(0, 4);
    await writeFile(join(folder, 'part-3.parquet'), vectorFile(again, [300n, 7n, 300n, 304n]));
    await writeFile(join(folder, 'part-4.parquet'), vectorFile(again.slice(1), [1n, 2n, 301n]));
    await writeFile(join(folder, 'part-5.parquet'), vectorFile(again.slice(1), [301n, 302n, 303n]));
    const { source, ...others } = configured('first-stays', path, 'itq');
    const refused = await reindex(temporal, { ...others, source }).catch((error: unknown) => error);
    const { cause } = (refused as Error).cause as Error;
    assert.match(
      String(cause),
      /the id 1 comes twice: .*part-4.* row 0\nhint: source\.badRows: skip/u,
    );
    const result = await reindex(temporal, {
      ...others,
      // The fourth part has one row of three with a new id, and is left out with all of them.
      source: { ...source, badFiles: 'skip', badRows: 'skip', badRowsMost: 0.66 },
    });
    assert.equal(result.stages.find(({ name }) => name === 'encode')!.rows, 305);
    assert.equal(result.stages.find(({ name }) => name === 'cells')!.rows, 305);
    assert.deepEqual([result.corpus.skippedFiles, result.corpus.skippedRows], [1, 2]);
    assert.match(
      result.corpus.firstSkippedRows.join('\n'),
      /part-3\.parquet row 1: the id 7 comes twice; the first stays\n.*row 2: the id 300/u,
    );
  });

  it('leaves bad files out where it may, and says which and why', async () => {
    const path = await writeVectors('partly', (row) => BigInt(row));
    const folder = join(scratch.folder, 'partly');
    const whole = await readFile(join(folder, 'part-1.parquet'));
    await writeFile(join(folder, 'a.parquet'), whole.subarray(0, whole.length / 2));
    await writeFile(join(folder, 'z.parquet'), vectorFile([[1, 2]]));
    for (const method of ['lsh', 'itq']) {
      const result = await reindex(temporal, {
        ...configured(`partly-${method}`, path, method),
        source: { ...configured('partly', path, method).source, badFiles: 'skip' },
      });
      assert.equal(result.stages.find(({ name }) => name === 'encode')!.rows, 300);
      assert.equal(result.corpus.skippedFiles, 2);
      assert.deepEqual(
        result.corpus.firstSkipped.map(({ uri }) => uri.split('/').at(-1)),
        ['a.parquet', 'z.parquet'],
      );
      assert.match(
        result.corpus.firstSkipped[1]!.reason,
        /z\.parquet row 0: expected 24 dimensions as in the files before, got 2/,
      );
    }
  });

  it('refuses ids that come twice and vectors that cannot be, by row', async () => {
    const twice = await writeVectors('twice', (row) => BigInt(row % 299));
    await assert.rejects(reindex(temporal, configured('twice', twice, 'lsh')), (error: Error) =>
      /the id 0 comes twice: .*parquet row 0 and .*parquet row \d+\nhint: source\.badRows: skip/.test(
        String(error.cause && (error.cause as Error).cause),
      ),
    );
    await mkdir(join(scratch.folder, 'zero'));
    await writeFile(
      join(scratch.folder, 'zero', 'a.parquet'),
      vectorFile([
        [1, 2],
        [0, 0],
      ]),
    );
    const zero = configured('zero', pathToFileURL(join(scratch.folder, 'zero')).href, 'lsh');
    await assert.rejects(reindex(temporal, zero), (error: Error) =>
      /a\.parquet row 1: a vector of zeros/.test(
        String(error.cause && (error.cause as Error).cause),
      ),
    );
  });
});
