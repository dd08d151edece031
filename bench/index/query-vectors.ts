import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { openCells, readMeter } from '@hashloom/lookup/internal';
import { buildCells, type CellFiles, cellParts } from '../../test/lookup/cells/cells-in-memory.ts';
import { clusteredVectors } from '../../test/lookup/cells/clustered-vectors.ts';
import { nearestByCosine } from '../../test/reference/nearest-by-cosine.ts';
import { recordFigure } from '../record-figure.ts';

const QUERIES = 200;
/** What Debian's package dataset-fashion-mnist installs. */
const IMAGES = '/usr/share/datasets/fashion-mnist/';
const CANDIDATES = [1000, 2000, 4000, 10_000, 20_000, 50_000];
const COMMAND = 'npm run bench -- query-vectors';

interface VectorSet {
  name: string;
  dimensions: number;
  vectors: Float32Array;
  queries: Float32Array[];
}

/**
 * `npm run bench -- query-vectors [--items N]`: recall@10 of cells against exact cosine, from where
 * they lie and from memory, over clustered vectors and, where they are installed, Fashion-MNIST's
 * images.
 */
export async function bench(options: Map<string, string>): Promise<void> {
  const items = Number(options.get('items') ?? 100_000);
  const sets = [clustered(items), ...(existsSync(IMAGES) ? [images()] : [])];
  for (const set of sets) await measure(set);
}

async function measure({ name, dimensions, vectors, queries }: VectorSet): Promise<void> {
  const n = vectors.length / dimensions;
  const cells = Math.max(Math.round(4 * Math.sqrt(n)), Math.round(n / 256));
  const ids = BigInt64Array.from({ length: n }, (_, i) => BigInt(i));
  const started = performance.now();
  const files = buildCells(vectors, { dimensions, cells, keys: { kind: 'int64', values: ids } });
  const bytes = (files.map.length + files.bin.length) / n;
  print(`${name}: ${cells} cells in ${seconds(started)} s, ${bytes.toFixed(1)} bytes an item`);
  const truth = queries.map((query) => new Set(nearestByCosine(vectors, query, dimensions, 10)));
  const recallOf = (numbers: readonly number[], query: number) =>
    numbers.filter((number) => truth[query]!.has(number)).length / 10;
  const cold = await coldRecall(files, n, queries, recallOf);
  print(`from where they lie: ${JSON.stringify(cold)}`);
  const resident = await openCells(cellParts(files, n)).load();
  for (const candidates of [...CANDIDATES, undefined]) {
    for (const vector of queries) resident.search({ vector, topK: 10, candidates });
    const begun = process.cpuUsage();
    const found = queries.map((vector) => resident.search({ vector, topK: 10, candidates }));
    const { user, system } = process.cpuUsage(begun);
    const perSecond = queries.length / ((user + system) / 1e6);
    const recall = found.reduce((sum, { numbers }, q) => sum + recallOf(numbers, q), 0) / QUERIES;
    print(
      `from memory, ${candidates ?? 'candidates as they come'}: recall ${recall.toFixed(3)}, ` +
        `${perSecond.toFixed(0)} a second of processor time`,
    );
    if (candidates !== undefined) continue;
    const shared = { command: COMMAND, rival: name };
    recordFigure({
      name: `query-vectors-recall10-${name}`,
      value: recall,
      unit: 'share',
      goal: '>= .95',
      ...shared,
    });
    recordFigure({
      name: `query-vectors-per-s-${name}`,
      value: perSecond,
      unit: 'queries a second of processor time',
      goal: 'level with FAISS IVF at the same recall',
      ...shared,
    });
  }
}

/** Each query as the first of a reader that has its header alone. */
async function coldRecall(
  files: CellFiles,
  items: number,
  queries: Float32Array[],
  recallOf: (numbers: readonly number[], query: number) => number,
) {
  const sums = { recall: 0, requests: 0, kib: 0, rounds: 0 };
  for (const [q, vector] of queries.entries()) {
    const cells = openCells(cellParts(files, items));
    const [head, meter] = [readMeter(), readMeter()];
    await cells.dimensions(head);
    const { numbers } = await cells.search({ vector, topK: 10 }, meter);
    sums.recall += recallOf(numbers, q);
    sums.requests += meter.requests;
    sums.kib += (head.bytes + meter.bytes) / 1024;
    sums.rounds += meter.rounds;
  }
  return Object.fromEntries(
    Object.entries(sums).map(([name, sum]) => [name, Number((sum / QUERIES).toPrecision(4))]),
  );
}

function clustered(items: number): VectorSet {
  const dimensions = 128;
  const all = clusteredVectors(items + QUERIES, dimensions, 1000);
  return {
    name: `clustered-${items}`,
    dimensions,
    vectors: all.subarray(0, items * dimensions),
    queries: rowsOf(all.subarray(items * dimensions), dimensions),
  };
}

function images(): VectorSet {
  const dimensions = 784;
  const read = (file: string) =>
    Float32Array.from(gunzipSync(readFileSync(IMAGES + file)).subarray(16));
  return {
    name: 'fashion-mnist',
    dimensions,
    vectors: read('train-images-idx3-ubyte.gz'),
    queries: rowsOf(read('t10k-images-idx3-ubyte.gz'), dimensions),
  };
}

function rowsOf(values: Float32Array, D: number): Float32Array[] {
  return Array.from({ length: QUERIES }, (_, q) => values.subarray(q * D, (q + 1) * D));
}

const seconds = (started: number) => ((performance.now() - started) / 1000).toFixed(1);

const print = (line: string) => process.stdout.write(`${line}\n`);
