import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { describe, it } from 'vitest';
import { RandomStream } from '../../kernels/numbers/random.ts';
import { configuration } from '../../schemas/configuration.ts';
import { Failure } from '../../schemas/failures.ts';
import { readDocuments } from '../../sources/read-documents.ts';
import { rowKeeper } from '../../sources/row-keeper.ts';

const FOLDER = new URL('../fixtures/foreign/', import.meta.url);
const RUNS = Math.ceil(Number(process.env['HASHLOOM_FUZZ_RUNS'] ?? 1000) / 5);
/** No file here is larger than 40 kB. */
const SLOWEST_MS = 5000;

const JSONL = Array.from({ length: 50 }, (_, k) => JSON.stringify({ text: `line ${k} é` }));

async function fixtures(): Promise<Record<string, Uint8Array>> {
  const read = (name: string) => readFile(new URL(name, FOLDER));
  return {
    'types-v1-snappy.parquet': await read('types-v1-snappy.parquet'),
    'types-v2-zstd.parquet': await read('types-v2-zstd.parquet'),
    'zeroSeq_2B.zst': await read('zeroSeq_2B.zst'),
    'lines.jsonl.gz': gzipSync(JSONL.join('\n')),
    'example.warc.gz': await read('example.warc.gz'),
  };
}

/** One to four bytes are changed, or a stretch is cut out, or one comes twice. */
function mutated(bytes: Uint8Array, stream: RandomStream): Buffer {
  const at = (length: number) => Math.floor(stream.uniform() * length);
  const kind = at(4);
  const [from, to] = [at(bytes.length), at(bytes.length)].toSorted((a, b) => a - b) as [
    number,
    number,
  ];
  if (kind === 0) return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
  if (kind === 1) return Buffer.concat([bytes.subarray(0, to), bytes.subarray(from)]);
  const changed = Buffer.from(bytes);
  for (let k = at(4); k >= 0; k--) changed[at(changed.length)] = at(256);
  return changed;
}

async function readAll(name: string, bytes: Buffer): Promise<void> {
  const { source } = configuration.parse({ index: 'a', store: '/a', source: { path: '/a' } });
  async function* stream() {
    yield bytes;
  }
  const range = (from: number, to: number) => Promise.resolve(bytes.subarray(from, to));
  const file = { uri: name, size: bytes.length };
  for await (const piece of readDocuments(file, stream(), source, rowKeeper(source), range))
    assert.ok(piece.bytes.length >= 0);
}

describe('files that were changed anywhere', () => {
  it(`are read or refused, ${RUNS} of each kind`, async () => {
    const stream = new RandomStream(20, 18);
    // Other files of tests ran in this process before.
    const before = process.memoryUsage().rss;
    for (const [name, whole] of Object.entries(await fixtures()))
      for (let run = 0; run < RUNS; run++) {
        const started = performance.now();
        await readAll(name, mutated(whole, stream)).catch((error: unknown) => {
          if (error instanceof Failure && error.type === 'DataError') return;
          throw new Error(`${name}, run ${run}`, { cause: error });
        });
        const took = performance.now() - started;
        assert.ok(took < SLOWEST_MS, `${name}, run ${run}: ${took} ms`);
      }
    const grown = process.memoryUsage().rss - before;
    assert.ok(grown < 512 * 2 ** 20, `${grown} bytes more are resident`);
  });
});
