import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, it } from 'vitest';
import * as fc from 'fast-check';
import { configuration } from '../../schemas/configuration.ts';
import { listSources } from '../../sources/list-sources.ts';
import { openSource } from '../../sources/open-source.ts';
import { openRecords, splitFields } from '../../sources/text/read-lines.ts';
import { readPairs } from '../../sources/read-pairs.ts';
import { readSequences } from '../../sources/read-sequences.ts';
import { rowKeeper } from '../../sources/row-keeper.ts';
import type { SourceOptions } from '../../sources/source-options.ts';
import { openStore } from '../../store/open-store.ts';
import { encodeParquet } from '../../store/tables/parquet.ts';

function optionsOf(change: Record<string, unknown>): SourceOptions {
  return configuration.parse({ index: 'i', store: 's', source: { path: 'p', ...change } }).source;
}

async function open(content: Uint8Array | string, options: SourceOptions) {
  const bytes = Buffer.from(content);
  async function* stream() {
    yield bytes;
  }
  return await openRecords(
    { uri: 'file:///a', size: bytes.length },
    stream(),
    options,
    async (from, to) => new Uint8Array(bytes.subarray(from, to)),
  );
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

async function sequencesOf(
  content: Uint8Array | string,
  change: Record<string, unknown> = {},
): Promise<string[][]> {
  const options = optionsOf({ kind: 'sequences', ...change });
  return await collect(readSequences(await open(content, options), options, rowKeeper(options)));
}

async function pairsOf(content: Uint8Array | string, change: Record<string, unknown> = {}) {
  const options = optionsOf({ kind: 'pairs', ...change });
  const pairs = await collect(readPairs(await open(content, options), options, rowKeeper(options)));
  return pairs.map(({ left, right, weight }) => [left, right, weight]);
}

describe('sequences', () => {
  it('are lines of JSON, of fields, or rows of Parquet', async () => {
    assert.deepEqual(await sequencesOf('[1,"b",-3]\n\n{"text":["x"]}\n[]\n'), [
      ['1', 'b', '-3'],
      ['x'],
      [],
    ]);
    assert.deepEqual(await sequencesOf('a  b\tc\r\n9007199254740993\n'), [
      ['a', 'b', 'c'],
      ['9007199254740993'],
    ]);
    assert.deepEqual(await sequencesOf('a b,c\n', { delimiter: ',' }), [['a b', 'c']]);
    const table = { ids: { offsets: Int32Array.of(0, 2, 2, 3), values: ['u', 'v', 'w'] } };
    assert.deepEqual(
      await sequencesOf(
        await encodeParquet({ ids: 'list<utf8>' }, table, { profile: 'published' }),
        {
          field: 'ids',
        },
      ),
      [['u', 'v'], [], ['w']],
    );
  });

  it('refuse what is no id, and other columns', async () => {
    await assert.rejects(sequencesOf('["a"]\n[1.5]\n'), /line 2: the id 1\.5 is no integer/u);
    await assert.rejects(sequencesOf('[9007199254740993]\n'), /write larger ids .* as strings/u);
    await assert.rejects(
      sequencesOf('["a",null]\n'),
      /line 1: an id is null, expected a string or an integer/u,
    );
    await assert.rejects(
      sequencesOf('{"text":"a"}\n'),
      /field "text" holds a string, expected an array of ids/u,
    );
    await assert.rejects(sequencesOf('a,,b\n', { delimiter: ',' }), /line 1: an empty id/u);
    const table = await encodeParquet({ ids: 'utf8' }, { ids: ['u'] }, { profile: 'published' });
    await assert.rejects(
      sequencesOf(table, { field: 'ids' }),
      /column "ids" is text, expected a list of text or integers/u,
    );
  });
});

describe('pairs', () => {
  const expected = [
    ['a', 'b', 2],
    ['7', 'c d', 0.5],
  ];

  it('are the same from every format', async () => {
    assert.deepEqual(
      await pairsOf('{"left":"a","right":"b","weight":2}\n{"left":7,"right":"c d","weight":0.5}\n'),
      expected,
    );
    assert.deepEqual(
      await pairsOf('x,right,weight,left\n1,b,2,a\n2,"c d",0.5,7\n', {
        delimiter: ',',
        header: true,
      }),
      expected,
    );
    assert.deepEqual(await pairsOf('a,b,2\n7,c d,0.5', { delimiter: ',' }), expected);
    const columns = { left: ['a', '7'], right: ['b', 'c d'], weight: Float64Array.of(2, 0.5) };
    assert.deepEqual(
      await pairsOf(
        await encodeParquet({ left: 'utf8', right: 'utf8', weight: 'float64' }, columns, {
          profile: 'internal',
        }),
      ),
      expected,
    );
  });

  it('weigh 1 without weights, and are called by their sides', async () => {
    assert.deepEqual(await pairsOf('a b\nc d 3\n'), [
      ['a', 'b', 1],
      ['c', 'd', 3],
    ]);
    const sides = { sides: 'two', columns: { left: 'user', right: 'item', weight: '' } };
    assert.deepEqual(await pairsOf('{"user":1,"item":1}', sides), [['user:1', 'item:1', 1]]);
  });

  it('refuse weights that cannot be', async () => {
    for (const weight of ['-0.5', 'nan', 'NaN', 'Infinity', 'x'])
      await assert.rejects(
        pairsOf(`a b 1\na b ${weight}\n`),
        /line 2: the weight is .*, expected a number from 0 to/u,
      );
    for (const weight of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
      const table = await encodeParquet(
        { left: 'utf8', right: 'utf8', weight: 'float64' },
        { left: ['a', 'a'], right: ['b', 'b'], weight: Float64Array.of(1, weight) },
        { profile: 'published' },
      );
      await assert.rejects(pairsOf(table), /row 1: the weight is .*, expected a number from 0 to/u);
    }
    await assert.rejects(pairsOf('a,b,\n', { delimiter: ',' }), /line 1: no weight/u);
    await assert.rejects(pairsOf('a\n'), /line 1: 1 fields, expected at least 2/u);
    await assert.rejects(
      pairsOf('l,right,weight\na,b,1\n', { delimiter: ',', header: true }),
      /no column "left" in the header, only l, right, weight/u,
    );
  });

  it('take fields apart as RFC 4180 says', () => {
    assert.deepEqual(splitFields('a,"b,c","d ""e""",', ','), ['a', 'b,c', 'd "e"', '']);
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: fc.constantFrom('a', '"', ',', ' ') }), {
          minLength: 1,
          maxLength: 6,
        }),
        (fields) => {
          const line = fields.map((field) => `"${field.replaceAll('"', '""')}"`).join(',');
          assert.deepEqual(splitFields(line, ','), fields);
        },
      ),
    );
  });
});

describe('openSource', () => {
  it('gives every line to one range, and tells when the file has changed', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'hashloom-test-'));
    try {
      const path = join(folder, 'lines.txt');
      const text = `first\n\n${'long '.repeat(50)}\nshort\nno newline at the end`;
      await writeFile(path, text);
      const [file] = await listSources(pathToFileURL(path).href, openStore);
      for (const step of [1, 3, 10, 64, 1000]) {
        let joined = '';
        for (let start = 0; start < text.length; start += step) {
          const range = openSource(
            { ...file!, start, end: Math.min(start + step, text.length) },
            openStore,
          );
          let lines = '';
          for await (const chunk of range.stream()) lines += Buffer.from(chunk).toString();
          if (lines !== '' && joined !== '')
            assert.ok(joined.endsWith('\n'), `a range begins within a line: ${lines}`);
          joined += lines;
        }
        assert.equal(joined, text, `ranges of ${step} bytes`);
      }
      const whole = openSource({ ...file!, start: 0, end: file!.size }, openStore);
      await whole.checkUnchanged();
      await writeFile(path, text.replace('first', 'FIRST'));
      await assert.rejects(whole.checkUnchanged(), /lines\.txt changed while it was read/u);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
