import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { describe, it } from 'vitest';
import { configuration } from '../../schemas/configuration.ts';
import { Failure } from '../../schemas/failures.ts';
import { readingRules } from '../../schemas/reading-rules.ts';
import { openShard } from '../../sources/shards/open-shard.ts';
import type { Shard } from '../../sources/shards/shard.ts';
import { readVectors, type VectorRows } from '../../sources/read-vectors.ts';
import { openFileStore } from '../../store/file-store.ts';

const FOLDER = fileURLToPath(new URL('../fixtures/foreign/', import.meta.url));

interface Setting {
  source?: Record<string, unknown>;
  documents?: Record<string, unknown>;
}

/** The shard of a fixture, read as a run reads it. */
async function shardOf(name: string, { source, documents }: Setting = {}): Promise<Shard> {
  const parsed = configuration.parse({
    index: 'a',
    store: '/a',
    source: { path: '/a', ...source },
    ...(documents && { documents }),
  });
  const store = openFileStore(FOLDER);
  const { size, etag } = (await store.head(name))!;
  const file = { uri: pathToFileURL(join(FOLDER, name)).href, size, etag, start: 0, end: size };
  const context = { openStore: () => store, onProgress: () => undefined };
  return await openShard(parsed.source.kind).read(file, parsed, context);
}

async function vectorsOf(name: string, vector = 'vector', id = 'id'): Promise<VectorRows> {
  const bytes = await readFile(FOLDER + name);
  const source = { path: '/a', kind: 'vectors' };
  const parsed = configuration.parse({ index: 'a', store: '/a', source });
  const range = (from: number, to: number) => Promise.resolve(bytes.subarray(from, to));
  const file = { uri: name, size: bytes.length, range };
  return await readVectors(file, { id, vector }, readingRules(parsed.source));
}

function wordsOf({ tables }: Shard): string {
  const dictionary = tables.find(({ name }) => name === 'dictionary.parquet')!;
  const { bytes } = dictionary.columns['word'] as unknown as { bytes: Uint8Array };
  return Buffer.from(bytes).toString();
}

async function refuses(read: Promise<unknown>, expected: RegExp): Promise<void> {
  await assert.rejects(read, (error: unknown) => {
    assert.ok(error instanceof Failure && error.type === 'DataError', String(error));
    assert.match(error.message, expected);
    return true;
  });
}

describe('Parquet that others wrote', () => {
  it('is refused, and nothing else, where it used to end the process', async () => {
    const setting = {
      source: { kind: 'documents', field: 'c' },
      documents: { id: 'a', labels: '', split: '' },
    };
    for (let again = 0; again < 2; again++)
      await refuses(
        shardOf('parquet-kills-process.parquet', setting),
        /kills-process\.parquet: a broken Parquet footer .*row group 0.* of 2900/u,
      );
  });

  it('is read as it was meant where pages are compressed and say that they are not', async () => {
    const shard = await shardOf('parquet-arrow-17100.parquet', {
      source: { kind: 'pairs', columns: { left: 'col1', right: 'col1', weight: '' } },
    });
    assert.equal(wordsOf(shard), '12345');
  });

  it('is held against the checksums of its pages', async () => {
    await refuses(
      shardOf('parquet-corrupt-page-checksum.parquet', {
        source: { kind: 'pairs', columns: { left: 'a', right: 'b', weight: '' } },
      }),
      /column "a", page at byte 4: its checksum is 0f4f6d0a, and its header says bbce3b9d/u,
    );
  });

  it('follows the rules for text: fail with the row, replace and count, or leave out', async () => {
    const name = 'parquet-bad-utf8.parquet';
    await refuses(shardOf(name), /row 1, column "text": invalid UTF-8 at byte 1/u);
    await refuses(
      shardOf(name, { source: { invalidUtf8: 'replace' } }),
      /row 2, column "text": a NUL byte at byte 0/u,
    );
    const replaced = await shardOf(name, {
      source: { invalidUtf8: 'replace', nulBytes: 'space' },
    });
    assert.deepEqual([replaced.facts['documents'], replaced.facts['replaced']], [3, 1]);
    const left = await shardOf(name, { source: { badRows: 'skip', badRowsMost: 0.7 } });
    assert.deepEqual([left.facts['documents'], left.bad!.count], [1, 2]);
    assert.match(left.bad!.first[0]!, /bad-utf8\.parquet row 1, column "text"/u);
    await refuses(
      shardOf(name, { source: { badRows: 'skip', badRowsMost: 0.5 } }),
      /2 of 3 rows are bad, more than source\.badRowsMost \(0\.5\) allows; the first: .* row 1/u,
    );
  });

  it('is bounded where few bytes stand for gigabytes', async () => {
    await refuses(
      shardOf('parquet-one-text-2000-times.parquet'),
      /column "text", 2000 values from the page at byte \d+: they cannot be decoded .* memory/u,
    );
    await refuses(
      shardOf('parquet-pages-of-one-text.parquet'),
      /\d+ bytes decode to more than 67108864, 1000 times as many; .* source\.maximumRatio/u,
    );
    // The decoder that gave up is not used again.
    assert.equal((await shardOf('types-v1-snappy.parquet')).facts['documents'], 90);
  });

  it('is named where it is encrypted', async () => {
    await refuses(
      shardOf('parquet-encrypted.parquet'),
      /parquet-encrypted\.parquet: an encrypted Parquet file; decrypt it first/u,
    );
  });
});

describe('vectors that others wrote', () => {
  it('may be large lists, and a part without rows has none', async () => {
    const { rows, dimensions, ids } = await vectorsOf('vectors-polars-list.parquet');
    assert.deepEqual([rows, dimensions, ids!.length], [300, 32, 300]);
    assert.equal((await vectorsOf('vectors-no-rows.parquet')).rows, 0);
  });

  it('may be of float16 or float64, and their ids unsigned', async () => {
    for (const vector of ['half', 'fixed']) {
      const { values, ids, areUnsigned } = await vectorsOf(
        'types-v1-snappy.parquet',
        vector,
        'uint64',
      );
      assert.deepEqual([...values.subarray(0, 6)], [0, 0.5, -1.5, 1, 1.5, -1.5]);
      assert.deepEqual(ids!.slice(0, 2), [2n ** 64n - 1n, 2n ** 64n - 2n]);
      assert.ok(areUnsigned);
    }
  });

  it('are refused where float32 cannot hold them', async () => {
    await refuses(
      vectorsOf('vectors-float64-over.parquet', 'embedding'),
      /row \d, dimension \d: expected a finite value, got Infinity as float32/u,
    );
    await refuses(
      vectorsOf('vectors-float64-under.parquet', 'embedding'),
      /row \d: a vector of zeros alone \(as float32\)/u,
    );
  });
});

describe('zstd of the golden files of libzstd', () => {
  it('is read where it is whole and refused where it is corrupt', async () => {
    assert.equal(wordsOf(await shardOf('zeroSeq_2B.zst')), 'helloworld');
    await refuses(shardOf('off0.bin.zst'), /broken zstd in the frame at byte 0 \(its blocks/u);
  });
});

describe('JSON', () => {
  it('follows the rules for text in its escapes', async () => {
    await refuses(shardOf('json-nul.jsonl'), /line 1: a NUL \(\\u0000\) at character 1/u);
    await refuses(shardOf('json-lone-surrogate.jsonl'), /line 1: half a surrogate pair/u);
    const replaced = await shardOf('json-lone-surrogate.jsonl', {
      source: { invalidUtf8: 'replace' },
    });
    assert.equal(replaced.facts['replaced'], 1);
  });

  it('is refused as an array', async () => {
    await refuses(shardOf('json-array.json'), /a JSON array; one object a line is expected/u);
  });
});

describe('pairs', () => {
  it('whose weight cannot be summed are refused by line', async () => {
    const pairs = { kind: 'pairs', delimiter: ',' };
    const name = 'pairs-weight-too-large.csv';
    await refuses(shardOf(name, { source: pairs }), /line 1: the weight is 1000000000000, expect/u);
    const left = await shardOf(name, { source: { ...pairs, badRows: 'skip', badRowsMost: 1 } });
    assert.deepEqual([left.rows, left.bad!.count], [0, 2]);
  });
});

describe('a web archive', () => {
  it('without the text of its pages says so', async () => {
    await refuses(
      shardOf('example.warc.gz'),
      /a WARC file without conversion records \(1 response, 2 request, 1 revisit\).*WET/u,
    );
  });
});
