/**
 * How far answers and codes move when a little text comes to a corpus: `hashloom init`, a run over
 * so many books, then files of text from other books, each beside the first version alone: with
 * codes that are kept, and with codes that are learned anew. `--files 20 --shares 0.001,0.01`: what
 * comes, as a share of the words; `--data FOLDER`.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { requireVersion } from '../../activities/versions/current-version.ts';
import { ANSWERS } from '../../schemas/tables.ts';
import { type Artifact, openArtifact } from '../../store/artifacts.ts';
import { openStore } from '../../store/open-store.ts';
import { decodeParquet } from '../../store/tables/parquet.ts';
import type { VersionComparison } from '../../upkeep/compare-versions.ts';
import { DATA } from '../measure-run.ts';
import { recordFigure } from '../record-figure.ts';

const INDEX = 'moved';
const MAIN = fileURLToPath(new URL('../../cli/main.js', import.meta.url));
const RELATIONS = ['related', 'is like', 'goes with'] as const;
/** More than there are: all items are asked for. */
const ALL_ITEMS = '1000000';

export async function bench(options: Map<string, string>): Promise<void> {
  const books = join(options.get('data') ?? DATA, 'gutenberg');
  const files = Number(options.get('files') ?? 20);
  const shares = (options.get('shares') ?? '0.001').split(',').map(Number);
  const folder = mkdtempSync(join(tmpdir(), 'hashloom-bench-'));
  const hashloom = (...given: string[]): string => runCli(folder, given);
  try {
    const { words, others } = layBooks(books, files, join(folder, 'corpus'));
    hashloom('init', '--index', INDEX, '--corpus', './corpus');
    hashloom('run', '--local', '--json');
    const first = 1;
    let version = first;
    for (const share of shares) {
      const text = others.slice(0, Math.max(1, Math.round(share * words))).join(' ');
      writeFileSync(join(folder, 'corpus', 'added.txt'), text);
      const compared = (relation: string): VersionComparison =>
        JSON.parse(
          hashloom(
            'index',
            'compare',
            INDEX,
            `${first}`,
            `${version}`,
            '--json',
            '--items',
            ALL_ITEMS,
            '--relation',
            relation.replace(' ', '-'),
          ),
        ) as VersionComparison;
      for (const way of ['kept', 'retrained'] as const) {
        if (version > first) hashloom('index', 'rollback', INDEX, String(first));
        hashloom('run', '--local', '--json', ...(way === 'retrained' ? ['--retrain'] : []));
        version += 1;
        const byRelation = RELATIONS.map(compared);
        await tell(folder, share, way, byRelation);
        if (share === 0.001 && way === 'kept') record(byRelation, words, files);
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** So many books, evenly spaced, and the words of those that stand behind them. */
function layBooks(books: string, files: number, corpus: string) {
  const names = readdirSync(books)
    .filter((name) => name.endsWith('.txt.gz'))
    .toSorted();
  const wordsOf = (name: string): string[] =>
    gunzipSync(readFileSync(join(books, name)))
      .toString('utf8')
      .split(/\s+/u);
  mkdirSync(corpus);
  let words = 0;
  const others: string[] = [];
  for (let k = 0; k < files; k++) {
    const at = Math.floor((k * names.length) / files);
    copyFileSync(join(books, names[at]!), join(corpus, names[at]!));
    words += wordsOf(names[at]!).length;
    // From the middle: what comes before it says what the book is.
    const other = wordsOf(names[at + 1]!);
    others.push(...other.slice(other.length >> 1));
  }
  return { words, others };
}

function runCli(folder: string, given: readonly string[]): string {
  const done = spawnSync(process.execPath, [MAIN, ...given], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  if (done.status !== 0) throw new Error(`hashloom ${given.join(' ')}: ${done.stderr}`);
  return done.stdout;
}

async function tell(
  folder: string,
  share: number,
  way: string,
  byRelation: readonly VersionComparison[],
): Promise<void> {
  const [{ moved, versions }] = byRelation as [VersionComparison];
  const [before, after] = [await foundBy(folder, versions[0]), await foundBy(folder, versions[1])];
  const figures = [...after].map(
    ([name, share]) => `${name} ${before.get(name)?.toFixed(4)} to ${share.toFixed(4)}`,
  );
  const same = byRelation.map(
    ({ answers }, at) => `${RELATIONS[at]} ${answers!.meanOverlap.toFixed(4)}`,
  );
  const drift = await driftOf(folder, versions[1]);
  process.stdout.write(
    `${100 * share}% more text, drift ${drift}, codes ${way}: same of the first ten: ` +
      `${same.join(', ')}; ` +
      `${moved.recoded} of ${moved.common} items have another code; ${figures.join(', ')}\n`,
  );
}

/** Of codes that were kept. */
async function driftOf(folder: string, version: number): Promise<string> {
  const codes = await artifactOf(folder, version, 'two-codes');
  const { drift } = codes.manifest.facts;
  return drift === undefined ? 'not measured' : Number(drift).toFixed(4);
}

async function artifactOf(folder: string, version: number, wanted: string): Promise<Artifact> {
  const store = openStore(pathToFileURL(join(folder, 'hashloom-store')).href);
  const { lineage } = await requireVersion(store, INDEX, version);
  return await openArtifact(
    store,
    lineage.find(({ stage }) => stage === wanted)!,
  );
}

/** Of held-out links the share that lists and codes find, of all and with a fair weight. */
async function foundBy(folder: string, version: number): Promise<Map<string, number>> {
  const store = openStore(pathToFileURL(join(folder, 'hashloom-store')).href);
  const { lineage } = await requireVersion(store, INDEX, version);
  const answers = await openArtifact(
    store,
    lineage.find(({ stage }) => stage === 'answers')!,
  );
  const table = await decodeParquet(await answers.part('answers.parquet'), ANSWERS, 'answers');
  const found = new Map<string, number>();
  for (const [at, way] of table.way.entries())
    for (const [asked, cut] of CUTS)
      if (way === asked && cut === table.cut[at] && /uniform|fair/u.test(table.weighing[at]!))
        found.set(`${way} ${table.weighing[at]}@${cut}`, table.share[at]!);
  return found;
}

const CUTS = [
  ['query', 10],
  ['query', 50],
  ['codes', 10],
  ['codes', 50],
] as const;

function record(byRelation: readonly VersionComparison[], words: number, files: number): void {
  const [related] = byRelation as [VersionComparison];
  const command = `npm run bench -- moved-answers --files ${files}`;
  const after = `after a file of .1% of ${Math.round(words / 1000)} thousand words came, seed 1`;
  recordFigure({
    name: 'moved-after-small-file',
    value: 1 - related.answers!.meanOverlap,
    unit:
      `of the first ten answers (related) differ, mean over ${related.answers!.asked} items, ` +
      after,
    goal: '<= 0.05',
    rival: RELATIONS.slice(1)
      .map((name, at) => `${name} ${(1 - byRelation[at + 1]!.answers!.meanOverlap).toFixed(4)}`)
      .join(', '),
    command,
  });
  recordFigure({
    name: 'recoded-after-small-file',
    value: related.moved.recoded! / related.moved.common,
    unit: `of the items have another code, ${after}`,
    goal: '<= 0.05',
    command,
  });
}
