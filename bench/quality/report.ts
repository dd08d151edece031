/**
 * `npm run bench -- report [--words 50000] [--chromium PATH] [--keep FILE]`: the page of a run of
 * so many words, made data through the code that makes a report, its size, and when Chromium first
 * paints it (first contentful paint, the median of five loads from this machine).
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { evaluate } from '../../evaluation/evaluate.ts';
import { bucketTables } from '../../evaluation/retrieval.ts';
import { binarize } from '../../kernels/numbers/binarize.ts';
import { RandomStream } from '../../kernels/numbers/random.ts';
import { bucketFigures } from '../../report/bucket-figures.ts';
import { exampleClusters } from '../../report/example-clusters.ts';
import { commonestEmbeddings, mapVectors } from '../../report/map-vectors.ts';
import { renderReport } from '../../report/render-report.ts';
import { configuration } from '../../schemas/configuration.ts';
import { judgeGate } from '../../schemas/gate.ts';
import { STAGE_NAMES } from '../../schemas/stages.ts';
import { wordKeys } from '../index/index-fixture.ts';
import { recordFigure } from '../record-figure.ts';

const [TABLES, BITS, LOADS] = [3, 32, 5];
const FACTION = 8;

export async function bench(options: Map<string, string>): Promise<void> {
  const page = madeReport(Number(options.get('words') ?? 50_000));
  const bytes = Buffer.from(page);
  const keep = options.get('keep');
  if (keep !== undefined) await writeFile(keep, bytes);
  const paints = await firstPaints(page, options.get('chromium') ?? 'chromium');
  process.stdout.write(
    `${bytes.length} bytes; first contentful paint ` +
      `${paints.map((ms) => ms.toFixed(0)).join(', ')} ms\n`,
  );
  recordFigure({
    name: 'report-mb',
    value: bytes.length / 1e6,
    unit: 'MB',
    goal: '<= 5 MB for 50,000 words',
    command: 'npm run bench -- report',
  });
  recordFigure({
    name: 'report-first-paint-ms',
    value: paints.toSorted((a, b) => a - b)[LOADS >> 1]!,
    unit: 'ms',
    goal: '<= 1000 ms in Chromium',
    command: 'npm run bench -- report',
  });
}

/** Words around centres, so that buckets, map and metrics are of the kind a trained run has. */
function madeReport(count: number): string {
  const { words } = wordKeys(count, 1);
  const random = new RandomStream(1, 0);
  const stride = TABLES * BITS;
  const centres = Float32Array.from(
    { length: Math.ceil(count / FACTION) * stride },
    () => 4 * random.uniform() - 2,
  );
  const E = Float32Array.from(
    { length: count * stride },
    (_, at) =>
      centres[Math.floor(at / stride / FACTION) * stride + (at % stride)]! +
      0.4 * (random.uniform() - 0.5),
  );
  const codes = new Uint8Array((count * stride) / 8);
  binarize(E, TABLES, BITS, codes);
  const coded = { codes, tables: TABLES, codeBytes: BITS / 8 };
  const rows = Int32Array.from({ length: count + 1 }, (_, item) => item * (FACTION - 1));
  const columns = Int32Array.from({ length: count * (FACTION - 1) }, (_, at) => {
    const item = Math.floor(at / (FACTION - 1));
    const mate = item - (item % FACTION) + (at % (FACTION - 1));
    return Math.min(count - 1, mate >= item ? mate + 1 : mate);
  });
  const heldOut = {
    left: Int32Array.from({ length: 2000 }, (_, k) => k * FACTION),
    right: Int32Array.from({ length: 2000 }, (_, k) => k * FACTION + 1),
  };
  const { metrics, intervals, candidates } = evaluate({
    ...coded,
    embeddings: E,
    truth: { rowOffsets: rows, columns },
    heldOut,
    queries: 200,
    seed: 1,
  });
  const buckets = bucketTables(coded);
  const settings = configuration.parse({
    index: 'news',
    store: 'file:///store',
    source: { path: 'file:///corpus' },
    gate: { minimum: { f1: 0.2 }, regression: { largestBucket: 5 } },
  });
  const previous = {
    version: 3,
    metrics: { ...metrics, f1: metrics['f1']! * 0.98, largestBucket: 1 },
    intervals,
  };
  return renderReport({
    index: 'news',
    itemsName: 'words',
    items: count,
    tables: TABLES,
    bits: BITS,
    hasRoles: false,
    shared: false,
    sought: 'links',
    configuration: settings,
    codeVersion: '0.1.0',
    stages: STAGE_NAMES.slice(0, -2).map((name, at) => ({
      name,
      cached: at < 3,
      seconds: 1 + 3 * at,
      rows: count,
      bytes: 1000 * count * (at + 1),
    })),
    lineage: STAGE_NAMES.slice(0, -2).map((stage) => ({
      stage,
      key: 'e'.repeat(32),
      rows: count,
      bytes: 1e6,
      parts: 2,
    })),
    curve: Array.from({ length: 100 }, (_, epoch) => ({
      epoch: epoch + 1,
      loss: 0.2 + 1 / (epoch + 1),
      pairs: 1e6,
    })),
    metrics,
    intervals,
    answers: [],
    candidates,
    nearestBy: 'the dense embeddings',
    relevantBy: 'D',
    previous,
    gate: judgeGate(settings.gate, metrics, previous),
    buckets: bucketFigures(coded, buckets),
    maximumBucket: 0,
    examples: exampleClusters(buckets, words, 1),
    map: mapVectors({
      ...commonestEmbeddings(E, new Uint8Array(count).fill(1), 1000),
      words,
      buckets,
      seed: 1,
      onProgress: () => undefined,
    }),
  });
}

const BEACON =
  '<script>new PerformanceObserver((list) => list.getEntries().forEach((entry) => { if ' +
  `(entry.name === 'first-contentful-paint') new Image().src = '/painted?ms=' + ` +
  `entry.startTime; })).observe({ type: 'paint', buffered: true });</script>`;

/**
 * The page with a script that says when it was painted, which the page's own policy would not let
 * out.
 */
async function firstPaints(page: string, chromium: string): Promise<number[]> {
  const told = page.replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/, BEACON);
  let painted: (ms: number) => void = () => undefined;
  const server = createServer((request, response) => {
    const ms = /^\/painted\?ms=([\d.]+)/.exec(request.url ?? '')?.[1];
    response
      .writeHead(ms === undefined ? 200 : 204, { 'content-type': 'text/html; charset=utf-8' })
      .end(request.url === '/' ? told : '');
    if (ms !== undefined) painted(Number(ms));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const paints: number[] = [];
  try {
    for (let load = 0; load < LOADS; load++) {
      const profile = await mkdtemp(join(tmpdir(), 'hashloom-paint-'));
      const paint = new Promise<number>((resolve) => (painted = resolve));
      const browser = spawn(
        chromium,
        [
          '--headless',
          '--no-sandbox',
          '--disable-gpu',
          '--remote-debugging-port=0',
          `--user-data-dir=${profile}`,
          `http://127.0.0.1:${port}/`,
        ],
        { stdio: 'ignore' },
      );
      const ended = new Promise<void>((resolve, reject) =>
        browser.once('exit', () => resolve()).once('error', reject),
      );
      paints.push(
        await Promise.race([
          paint,
          ended.then(() => Promise.reject(new Error(`${chromium} ended before it painted`))),
        ]),
      );
      browser.kill();
      await ended;
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    }
  } finally {
    server.close();
    server.closeAllConnections();
  }
  return paints;
}
