import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { detectCorpus } from '../../../cli/init/detect-corpus.ts';
import { openStore } from '../../../store/open-store.ts';
import { encodeParquet } from '../../../store/tables/parquet.ts';
import { vectorFile } from '../../store/vector-file.ts';

let folder: string;

/** Words of a text that no list of ids looks like. */
const PROSE =
  'It was the best of times, it was the worst of times; it was the age of wisdom and of folly. ';

const lines = (count: number, line: (k: number) => string): string =>
  Array.from({ length: count }, (_, k) => `${line(k)}\n`).join('');

describe('detectCorpus', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hashloom-init-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function detect(
    files: Record<string, string | Uint8Array>,
    kind?: Parameters<typeof detectCorpus>[2],
  ) {
    const corpus = await mkdtemp(join(folder, 'corpus-'));
    for (const [name, content] of Object.entries(files)) {
      await mkdir(dirname(join(corpus, name)), { recursive: true });
      await writeFile(join(corpus, name), content);
    }
    const names = Object.keys(files);
    const path = names.length === 1 ? join(corpus, names[0]!) : corpus;
    return await detectCorpus(pathToFileURL(path).href, openStore, kind);
  }

  /** What was chosen, without the reasons. */
  async function chosen(...found: Parameters<typeof detect>): Promise<Record<string, unknown>> {
    const { choices } = await detect(...found);
    for (const { reason } of choices) assert.ok(reason.length > 0);
    return Object.fromEntries(choices.map(({ key, value }) => [key, value]));
  }

  const two = { 'source.kind': 'pairs', 'source.format': 'delimited' };

  it('takes ratings for pairs of two sides, though numbers name both', async () => {
    const ratings = lines(900, (k) => `${k % 40},${(k * 7) % 90},${1 + (k % 5)},97830${1000 + k}`);
    const columns = { left: 'userId', right: 'movieId', weight: 'rating' };
    assert.deepEqual(await chosen({ 'r.csv': `userId,movieId,rating,timestamp\n${ratings}` }), {
      ...two,
      'source.delimiter': ',',
      'source.header': true,
      'source.columns': columns,
      'source.sides': 'two',
    });
    const unnamed = await chosen({ 'u.data': ratings.replaceAll(',', '\t') });
    assert.deepEqual(unnamed, {
      ...two,
      'source.delimiter': '\t',
      'source.header': false,
      'source.columns': { left: 'left', right: 'right', weight: 'weight' },
      'source.sides': 'two',
    });
  });

  it('takes links for pairs of one side, by their ids or by their names', async () => {
    const links = lines(900, (k) => `${k % 40} ${(k * 7) % 41}`);
    const { 'source.sides': sides, ...others } = await chosen({ 'edges.txt': links });
    assert.equal(sides, 'one');
    assert.deepEqual(others['source.columns'], { left: 'left', right: 'right', weight: '' });
    assert.equal(others['source.delimiter'], '');
    const named = `source;target;weight\n${lines(99, (k) => `a${k};b${k};${k / 100}`)}`;
    const found = await chosen({ 'named.csv': named });
    assert.equal(found['source.sides'], 'one');
    assert.deepEqual(found['source.columns'], {
      left: 'source',
      right: 'target',
      weight: 'weight',
    });
    const words = await chosen({ 'w.csv': `word1,word2\n${lines(99, (k) => `a${k},b${k}`)}` });
    assert.equal(words['source.sides'], 'one');
  });

  it('leaves out as weights what is below zero, is missing in places, or looks like times', async () => {
    for (const value of ['-1', '1700000000', 'x']) {
      const table = lines(99, (k) => `u${k % 9},i${k % 11},${k === 50 ? value : '1'}`);
      const found = await chosen({ 'p.csv': `user,item,n\n${table}` });
      const columns = { left: 'user', right: 'item', weight: '' };
      assert.deepEqual(found['source.columns'], columns, value);
    }
  });

  it('finds lists of ids in lines, in JSON and in Parquet', async () => {
    const baskets = lines(60, (k) =>
      ['whole milk', 'beer', 'soda'].slice(0, 1 + (k % 3)).join(','),
    );
    assert.deepEqual(await chosen({ 'baskets.csv': baskets }), {
      'source.kind': 'sequences',
      'source.format': 'delimited',
      'source.delimiter': ',',
    });
    const numbers = lines(60, (k) =>
      Array.from({ length: 1 + (k % 5) }, (_, j) => k + j).join(' '),
    );
    assert.equal((await chosen({ 'retail.dat': numbers }))['source.delimiter'], '');
    const arrays = lines(20, (k) => JSON.stringify([`p${k}`, `p${k + 1}`]));
    assert.deepEqual(await chosen({ 's.jsonl.gz': gzipSync(arrays) }), {
      'source.kind': 'sequences',
    });
    const objects = lines(20, (k) => JSON.stringify({ name: 'mix', tracks: [k, k + 1] }));
    assert.equal((await chosen({ 's.jsonl': objects }))['source.field'], 'tracks');
    const items = { offsets: Int32Array.of(0, 2, 3), values: ['a', 'b', 'c'] };
    const table = await encodeParquet({ items: 'list<utf8>' }, { items }, { profile: 'published' });
    assert.equal((await chosen({ 's.parquet': table }))['source.field'], 'items');
  });

  it('takes records with a text for text, and for documents where that is asked for', async () => {
    const records = lines(30, (k) =>
      JSON.stringify({ id: `n${k}`, title: 'A tale', text: PROSE, labels: ['old'] }),
    );
    const { choices, notes } = await detect({ 'news.jsonl': records });
    assert.deepEqual(
      choices.map(({ key, value }) => [key, value]),
      [
        ['source.kind', 'text'],
        ['source.format', 'jsonl'],
        ['source.field', 'text'],
      ],
    );
    assert.match(notes.join(), /hashloom init --kind documents/);
    const documents = await chosen({ 'news.jsonl': records }, 'documents');
    assert.equal(documents['documents.id'], 'id');
    assert.equal(documents['documents.labels'], 'labels');
    const oscar = JSON.stringify({ content: PROSE, warc_headers: {} });
    assert.deepEqual(await chosen({ 'oscar.jsonl': `${oscar}\n${oscar}\n` }), {
      'source.kind': 'text',
    });
  });

  it('takes running text for text: with commas, brackets, one word a line, in a WET', async () => {
    const texts = {
      'prose.txt': lines(50, (k) => PROSE.repeat(1 + (k % 3))),
      'emma.txt': `[Emma by Jane Austen 1816]\n\n${PROSE}\n`,
      'verse.txt': lines(40, () => 'one two three'),
      'words.txt': 'some\nwords\n',
      'pages.wet': 'WARC/1.0\r\nWARC-Type: conversion\r\nContent-Length: 2\r\n\r\nhi\r\n\r\n',
    };
    for (const [name, text] of Object.entries(texts))
      assert.deepEqual(await chosen({ [name]: text }), { 'source.kind': 'text' }, name);
  });

  it('finds vectors and their ids in Parquet', async () => {
    const table = vectorFile(
      [
        [1, 2, 3, 4],
        [5, 6, 7, 8],
      ],
      ['a', 'b'],
    );
    assert.deepEqual(await chosen({ 'v.parquet': table }), {
      'source.kind': 'vectors',
      'vectors.vector': 'vector',
      'vectors.id': 'id',
    });
  });

  it('takes what most bytes are, and names what else lies in the folder', async () => {
    const { kind, notes } = await detect({
      'data/a.csv': `user,item\n${lines(500, (k) => `u${k % 9},i${k % 11}`)}`,
      'README.md': PROSE,
    });
    assert.equal(kind, 'pairs');
    assert.match(notes.join(), /README\.md is of another kind.*\*\.csv/);
  });

  it('names fields that answers can bring along, but for those of two types', async () => {
    const records = lines(30, (k) =>
      JSON.stringify({
        id: `n${k}`,
        text: PROSE,
        year: 1990 + k,
        tags: ['a'],
        odd: k % 2 ? 1 : '',
      }),
    );
    const { notes } = await detect({ 'news.jsonl': records }, 'documents');
    assert.match(notes.join(), /documents\.payload: \[year, tags\]/);
    const bare = lines(30, (k) => JSON.stringify({ id: `n${k}`, text: PROSE }));
    assert.deepEqual((await detect({ 'bare.jsonl': bare }, 'documents')).notes, []);
  });

  it('takes headers and quotes out of messages, and of nothing else', async () => {
    const message = `From: me@here (Me)\nSubject: Re: tales\nLines: 2\n\n${PROSE}`;
    const texts = (text: string) => lines(30, (k) => JSON.stringify({ id: `n${k}`, text }));
    const found = await chosen({ 'm.jsonl': texts(message) }, 'documents');
    assert.deepEqual(found['documents.clean'], ['headers', 'quotes', 'signatures']);
    const prose = await chosen({ 'p.jsonl': texts(`${PROSE}\nSubject: x`) }, 'documents');
    assert.equal(prose['documents.clean'], undefined);
    const folder = await chosen({ 'a/1': message, 'a/2': message, 'b/3': message }, 'documents');
    assert.deepEqual(folder['documents.clean'], ['headers', 'quotes', 'signatures']);
  });

  it('looks past a file that is broken, and says what would leave it out', async () => {
    const broken = { 'a.txt.gz': gzipSync(PROSE).subarray(0, 30), 'b.pdf': '%PDF-1.7\n' };
    const { kind, notes } = await detect({ ...broken, 'c.txt': PROSE.repeat(9) });
    assert.equal(kind, 'text');
    assert.match(notes.join(), /a run would end with: .*a\.txt\.gz.*source\.badFiles: skip/);
    await assert.rejects(detect(broken), /a\.txt\.gz/);
  });

  it('says what cannot be read, and what to do', async () => {
    const cases: [files: Record<string, string | Uint8Array>, message: RegExp][] = [
      [{ 'empty.txt': '' }, /the file is empty/],
      [{ 'a.json': '[\n{"id": 1}\n]\n' }, /one JSON value.*jq -c/s],
      [{ 'b.json': '[{"id": 1}, {"id": 2}]' }, /one JSON value/],
      [{ 'c.pdf': '%PDF-1.7\n' }, /a PDF/],
      [{ 'd.txt': Buffer.from([0xff, 0xfe, 0x61, 0]) }, /UTF-16.*iconv/],
      [{ 'e.gz': gzipSync('some text').subarray(0, 12) }, /gzip/],
      [{ 'f.parquet': 'PAR1 and no more' }, /cut off/],
    ];
    for (const [files, message] of cases)
      await assert.rejects(detect(files), (error: Error) => {
        assert.equal(error.name, 'DataError', error.stack);
        assert.match(error.message, message);
        return true;
      });
    const { notes } = await detect({ 'x.dat': lines(20, (k) => `${k}::${k + 1}::5`) });
    assert.match(notes.join(), /parted by '::'/);
    const commented = `# nodes\n${lines(20, (k) => `${k}\t${k + 1}`)}`;
    assert.match((await detect({ 'y.txt': commented })).notes.join(), /grep -v '\^#'/);
  });
});
