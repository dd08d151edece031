import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openCells, readMeter } from '@hashloom/lookup/internal';
import { buildCells, type CellFiles, cellParts } from '../../test/lookup/cells/cells-in-memory.ts';
import { nearestByCosine } from '../../test/reference/nearest-by-cosine.ts';
import { recordFigure } from '../record-figure.ts';
import { type Rival, startRival } from './python-rival.ts';
import { clusteredSet, imageSet, type VectorSet } from './vector-sets.ts';

/** What Debian's package dataset-fashion-mnist installs. */
const IMAGES = '/usr/share/datasets/fashion-mnist/';
const TOP = 10;
const CANDIDATES = [250, 500, 1000, 2000, 4000, 8000, 20_000];
const PROBES = [1, 2, 4, 8, 12, 16, 24, 32, 64];
const WIDTHS = [10, 16, 32, 64, 128, 256];
const GRAPHS = ['hnsw', 'usearch_f32', 'usearch_i8'];
/** Graphs of more vectors take a quarter of an hour to build. */
const MOST_OF_GRAPHS = 200_000;

/** At which cells and FAISS are compared. */
const RECALL = 0.95;

/** What one setting of an index gives. */
interface Outcome {
  recall: number;
  /** Queries a second of processor time, the best of the rounds. */
  perSecond: number;
}

/**
 * `npm run bench -- query-vectors [--items N] [--queries N] [--rounds N] [--fashion FOLDER]
 * [--only NAME] [--python PYTHON]`: recall@10 of cells against exact cosine, from where they lie
 * and from memory, over clustered vectors and, where they are installed, Fashion-MNIST's images.
 * With a Python that has FAISS and usearch they take turns, one thread each.
 */
export async function bench(options: Map<string, string>): Promise<void> {
  const items = Number(options.get('items') ?? 100_000);
  const queries = Number(options.get('queries') ?? 500);
  const only = options.get('only');
  const images = imageSet(options.get('fashion') ?? IMAGES, queries);
  const sets = [() => clusteredSet(items, queries), ...(images ? [() => images] : [])];
  for (const make of sets) {
    const set = make();
    if (only === undefined || set.name.startsWith(only)) await measure(set, options);
  }
}

async function measure(set: VectorSet, options: Map<string, string>): Promise<void> {
  const { name, dimensions: D, vectors } = set;
  const n = vectors.length / D;
  const queries = rowsOf(set.queries, D);
  const cells = Math.max(Math.round(4 * Math.sqrt(n)), Math.round(n / 256));
  const ids = BigInt64Array.from({ length: n }, (_, i) => BigInt(i));
  const begun = process.cpuUsage();
  const files = buildCells(vectors, { dimensions: D, cells, keys: { kind: 'int64', values: ids } });
  const bytes = (files.map.length + files.bin.length) / n;
  print(`${name}: ${n} in ${cells} cells by ${cpuSince(begun).toFixed(1)} s of processor time`);
  const truth = queries.map((query) => nearestByCosine(vectors, query, D, TOP));
  const recallOf = (numbers: readonly number[], query: number) =>
    numbers.filter((number) => truth[query]!.includes(number)).length / TOP;
  const cold = await coldRecall(files, n, queries, recallOf);
  print(`from where they lie: ${JSON.stringify(cold)}`);
  const resident = await openCells(cellParts(files, n)).load();
  const search = (candidates: number | undefined): Outcome => {
    const from = process.cpuUsage();
    const found = queries.map((vector) => resident.search({ vector, topK: TOP, candidates }));
    const perSecond = queries.length / cpuSince(from);
    const sum = found.reduce((all, { numbers }, query) => all + recallOf(numbers, query), 0);
    return { recall: sum / queries.length, perSecond };
  };
  const python = options.get('python');
  const rival = python === undefined ? undefined : await loadRival(python, set, truth);
  const kinds = rival ? await buildRivals(rival, n, cells) : new Map<string, number>();
  const settings = [
    ...[...CANDIDATES, undefined].map((candidates) => ({ kind: 'cells', width: candidates })),
    ...[...kinds.keys()].flatMap((kind) =>
      (kind.startsWith('ivf') ? PROBES : WIDTHS).map((width) => ({ kind, width })),
    ),
  ];
  const best = settings.map((): Outcome => ({ recall: 0, perSecond: 0 }));
  for (let round = 0; round < Number(options.get('rounds') ?? 3); round++)
    for (const [at, { kind, width }] of settings.entries()) {
      const { recall, perSecond } =
        kind === 'cells'
          ? search(width)
          : ((await rival!.ask(`search ${kind} ${width}`)) as unknown as Outcome);
      best[at] = { recall, perSecond: Math.max(perSecond, best[at]!.perSecond) };
    }
  rival?.stop();
  print(
    '| index | looks at | recall@10 | queries/s of CPU | bytes an item |\n|---|---|---|---|---|',
  );
  for (const [at, { kind, width }] of settings.entries()) {
    const { recall, perSecond } = best[at]!;
    const size = kind === 'cells' ? bytes : kinds.get(kind)! / n;
    const row = [kind, width ?? 'as it comes', recall.toFixed(3), perSecond.toFixed(0)];
    print(`| ${row.join(' | ')} | ${size.toFixed(0)} |`);
  }
  const curveOf = (start: string) => best.filter((_, at) => settings[at]!.kind.startsWith(start));
  const own = best[settings.findIndex(({ kind, width }) => kind === 'cells' && !width)]!;
  record(set, options, own, bytes, rival && { cells: curveOf('cells'), ivf: curveOf('ivf-') });
}

function record(
  { name }: VectorSet,
  options: Map<string, string>,
  own: Outcome,
  bytes: number,
  curves: { cells: Outcome[]; ivf: Outcome[] } | undefined,
): void {
  const items = options.get('items');
  const command =
    `npm run bench -- query-vectors${items ? ` --items ${items}` : ''}` +
    (curves ? ' --python PYTHON' : '');
  recordFigure({
    name: `query-vectors-recall10-${name}`,
    value: own.recall,
    unit: `of the 10 nearest by exact cosine, from memory; ${bytes.toFixed(0)} bytes an item`,
    goal: '>= .95',
    command,
  });
  recordFigure({
    name: `query-vectors-per-s-${name}`,
    value: own.perSecond,
    unit: 'queries a second of processor time, one thread, one by one',
    goal: 'level with FAISS IVF at the same recall',
    command,
  });
  if (!curves) return;
  const [cells, ivf] = [atRecall(curves.cells, RECALL), atRecall(curves.ivf, RECALL)];
  const asIs = own.perSecond / atRecall(curves.ivf, own.recall);
  recordFigure({
    name: `query-vectors-vs-ivf-${name}`,
    value: cells / ivf,
    unit:
      `x queries a second of FAISS IVF at recall ${RECALL}: ${cells.toFixed(0)}; ` +
      `${asIs.toFixed(2)} x at ${own.recall.toFixed(3)}, where nothing is said`,
    goal: '>= 1',
    rival: `FAISS IVFFlat of as many lists, floats: ${ivf.toFixed(0)}/s`,
    command,
  });
}

/**
 * Queries a second at a recall, between the two settings next to it by the time that they take; of
 * the setting that comes nearest where all are above it, or none is.
 */
function atRecall(outcomes: readonly Outcome[], recall: number): number {
  const sorted = outcomes.toSorted((a, b) => a.recall - b.recall || b.perSecond - a.perSecond);
  const above = sorted.findIndex((each) => each.recall >= recall);
  const edge = above < 1 ? sorted.at(above) : undefined;
  if (edge) return edge.perSecond;
  const [low, high] = [sorted[above - 1]!, sorted[above]!];
  const share = (recall - low.recall) / (high.recall - low.recall || 1);
  return 1 / ((1 - share) / low.perSecond + share / high.perSecond);
}

async function loadRival(python: string, set: VectorSet, truth: readonly number[][]) {
  const folder = mkdtempSync(join(tmpdir(), 'hashloom-bench-'));
  const rival = startRival(python, 'cosine-rivals.py');
  try {
    writeFileSync(join(folder, 'vectors'), set.vectors);
    writeFileSync(join(folder, 'queries'), set.queries);
    writeFileSync(join(folder, 'truth'), Int32Array.from(truth.flat()));
    const [vectors, queries, nearest] = ['vectors', 'queries', 'truth'].map((name) =>
      join(folder, name),
    );
    await rival.ask(`load ${vectors} ${queries} ${set.dimensions} ${nearest}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
  return rival;
}

/** Kinds of indexes that were built, and their bytes. */
async function buildRivals(rival: Rival, n: number, cells: number): Promise<Map<string, number>> {
  const kinds = [`ivf-${cells}`, `ivfsq8-${cells}`, ...(n <= MOST_OF_GRAPHS ? GRAPHS : [])];
  const built = new Map<string, number>();
  for (const kind of kinds) {
    const { seconds, bytes } = await rival.ask(`build ${kind}`);
    print(`${kind}: built by ${seconds!.toFixed(1)} s of processor time`);
    built.set(kind, bytes!);
  }
  return built;
}

/** Each query as the first of a reader that has its header alone. */
async function coldRecall(
  files: CellFiles,
  items: number,
  queries: readonly Float32Array[],
  recallOf: (numbers: readonly number[], query: number) => number,
) {
  const sums = { recall: 0, requests: 0, kib: 0, rounds: 0 };
  for (const [q, vector] of queries.entries()) {
    const cells = openCells(cellParts(files, items));
    const [head, meter] = [readMeter(), readMeter()];
    await cells.dimensions(head);
    const { numbers } = await cells.search({ vector, topK: TOP }, meter);
    sums.recall += recallOf(numbers, q);
    sums.requests += meter.requests;
    sums.kib += (head.bytes + meter.bytes) / 1024;
    sums.rounds += meter.rounds;
  }
  return Object.fromEntries(
    Object.entries(sums).map(([name, sum]) => [
      name,
      Number((sum / queries.length).toPrecision(4)),
    ]),
  );
}

function rowsOf(values: Float32Array, D: number): Float32Array[] {
  return Array.from({ length: values.length / D }, (_, q) => values.subarray(q * D, (q + 1) * D));
}

function cpuSince(begun: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(begun);
  return (user + system) / 1e6;
}

const print = (line: string) => process.stdout.write(`${line}\n`);
