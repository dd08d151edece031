/*
 * `npm run test:memory [-- --mebibytes 1024 --pairs 12000000]`: lines, files and matrices much
 * larger than what the stages may take, each in a process of its own; its largest resident size has
 * to stay below what is written here. What is read comes from a gzip of a few MiB.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { createGzip } from 'node:zlib';
import { RandomStream } from '../../kernels/numbers/random.ts';
import { RUN } from '../../schemas/tables.ts';
import { writeArtifact } from '../../store/artifacts.ts';
import { growingFile } from '../../store/growing-file.ts';
import { openStore } from '../../store/open-store.ts';
import { createTableWriter } from '../../store/tables/table-writer.ts';
import { encodeDictionary } from '../../activities/corpus/dictionary-table.ts';
import { FILTERING, rangeArtifact, RANGES, VOCABULARY } from './memory-scenario.ts';

const { values } = parseArgs({
  options: {
    mebibytes: { type: 'string', default: '1024' },
    pairs: { type: 'string', default: '12000000' },
  },
});
const mebibytes = Number(values.mebibytes);
const pairs = Number(values.pairs);
/** Of Node, its modules and the kernels, and of chunks on their way. */
const OWN_MIB = 300;
/**
 * Of a token in a shard that is being made: its place, twice while there has to be more room, and
 * its code.
 */
const BYTES_A_TOKEN = 16;
const BLOCK = 16 * 1024;
const WORDS_OF_BLOCK = 2048;

const run = promisify(execFile);
const SCENARIO = fileURLToPath(new URL('./memory-scenario.js', import.meta.url));
const scratch = await mkdtemp(join(tmpdir(), 'hashloom-memory-'));

interface Measured {
  outcome: { tokens?: number; error?: string; entries?: number; parts?: unknown };
  mebibytes: number;
}

async function measure(
  name: string,
  most: number,
  ...args: string[]
): Promise<Measured['outcome']> {
  const started = performance.now();
  const { stdout } = await run(process.execPath, [SCENARIO, ...args]);
  const measured = JSON.parse(stdout) as Measured;
  process.stdout.write(
    `${name}: ${measured.mebibytes} MiB resident, at most ${Math.round(most)}; ` +
      `${((performance.now() - started) / 1000).toFixed(1)} s\n`,
  );
  assert.ok(
    measured.mebibytes <= most,
    `${name}: ${measured.mebibytes} MiB resident, expected at most ${most}`,
  );
  return measured.outcome;
}

/** A gzip of `mebibytes` of one block, again and again, between a head and an end. */
async function corpusOf(name: string, block: Buffer, head = '', end = ''): Promise<string> {
  const folder = join(scratch, name);
  await mkdir(join(folder, 'corpus'), { recursive: true });
  function* chunks() {
    yield Buffer.from(head);
    for (let at = 0; at < (mebibytes * 2 ** 20) / BLOCK; at++) yield block;
    yield Buffer.from(end);
  }
  await pipeline(
    Readable.from(chunks()),
    createGzip({ level: 1 }),
    createWriteStream(join(folder, 'corpus', 'large.gz')),
  );
  return folder;
}

/** Words of seven letters and a space, the last one ended by `end`. */
function words(end: string): Buffer {
  const stream = new RandomStream(1, 1);
  const all = Array.from({ length: WORDS_OF_BLOCK }, () =>
    String.fromCodePoint(...Array.from({ length: 7 }, () => 97 + stream.below(26))),
  ).join(' ');
  return Buffer.from(`${all}${end}`.padEnd(BLOCK, ' ').slice(0, BLOCK));
}

/** Pairs in upper half, a few more for each row than it may keep, as the filter leaves them. */
async function keptPairs(): Promise<string> {
  const folder = join(scratch, 'pairs');
  await mkdir(folder, { recursive: true });
  const store = openStore(pathToFileURL(join(folder, 'store')).href);
  const about = { parameters: {}, inputs: [], seconds: 0, origin: { codeVersion: 'test' } };
  const last = RANGES[2];
  await writeArtifact(store, FILTERING.rows, {
    ...about,
    parts: [],
    rows: 0,
    facts: { words: last },
  });
  const words = Array.from({ length: last }, (_, row) => `w${1_000_000 + row}`);
  const ones = new Float64Array(last).fill(1);
  const bytes = await encodeDictionary({ words, counts: ones, documents: ones });
  await writeArtifact(store, VOCABULARY, {
    ...about,
    parts: [{ name: 'vocabulary.parquet', bytes, rows: last }],
    rows: last,
    facts: {},
  });
  for (const [at, to] of RANGES.slice(1).entries()) {
    const from = RANGES[at]!;
    const file = createTableWriter(RUN, growingFile(join(folder, `kept-${at}`), 0));
    for (let row = from; row < to; row++) {
      const stream = new RandomStream(1, 1, row);
      const step = Math.max(
        1,
        Math.floor((last - row) / (1 + (2 * pairs * (1 - row / last)) / last)),
      );
      const columns: number[] = [];
      for (
        let column = row + 1 + stream.below(step);
        column < last;
        column += 1 + stream.below(2 * step)
      )
        columns.push(column);
      const some = {
        row: new Int32Array(columns.length).fill(row),
        column: Int32Array.from(columns),
        sum: BigInt64Array.from(columns, () => BigInt(1 + stream.below(1000))),
      };
      file.add(some, columns.length);
    }
    const { content, rows } = file.finish();
    await writeArtifact(store, rangeArtifact(from, to), {
      ...about,
      parts: [{ name: 'kept.parquet', ...content, rows }],
      rows,
      facts: {},
    });
  }
  return folder;
}

try {
  const tooLong = await measure(
    'a line of JSON',
    OWN_MIB,
    'ingest',
    await corpusOf('json', words(' '), '{"text":"', '"}\n'),
    'auto',
  );
  assert.match(tooLong.error ?? '', /line 1 is longer than 67108864 bytes.*source\.longestLine/u);

  const unbroken = await measure(
    'a line without a space',
    OWN_MIB,
    'ingest',
    await corpusOf('unbroken', Buffer.from(words('').toString().replaceAll(' ', 'x'))),
    'text',
  );
  assert.deepEqual(
    unbroken,
    { tokens: mebibytes * 16 },
    'its parts of 65,536 bytes, each longer than a word may be, keep their places',
  );

  const tokens = (mebibytes * 2 ** 20 * WORDS_OF_BLOCK) / BLOCK;
  const most = OWN_MIB + (BYTES_A_TOKEN * tokens) / 2 ** 20;
  assert.deepEqual(
    await measure('a line of words', most, 'ingest', await corpusOf('words', words(' ')), 'text'),
    { tokens },
  );
  assert.deepEqual(
    await measure(
      'a gzip of documents',
      most,
      'ingest',
      await corpusOf('documents', words('\n\n')),
      'oscar-2019',
    ),
    { tokens },
  );

  const folder = await keptPairs();
  const whole = await measure(`D of ${pairs} pairs in memory`, 8192, 'affinity', folder, '8192');
  const spilled = await measure(
    `D of ${pairs} pairs within 64 MiB`,
    OWN_MIB + 64,
    'affinity',
    folder,
    '64',
  );
  assert.ok(whole.entries! > pairs);
  assert.deepEqual(spilled, whole);
} finally {
  await rm(scratch, { recursive: true, force: true });
}
