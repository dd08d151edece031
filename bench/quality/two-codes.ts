import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { byTwoCodes } from '../../evaluation/answers/code-ways.ts';
import { byFactors } from '../../evaluation/answers/factor-ways.ts';
import { someLinks } from '../../evaluation/answers/held-out-links.ts';
import { type HitFigures, hitFigures } from '../../evaluation/answers/hit-figures.ts';
import { byPopularity } from '../../evaluation/answers/simple-ways.ts';
import { rankTargets } from '../../evaluation/answers/rank-targets.ts';
import type { LinkGraph } from '../../kernels/affinity/link-graph.ts';
import { neighbourPredictor } from '../../kernels/affinity/predict-neighbours.ts';
import { RELATION, relateRows } from '../../kernels/affinity/relate-rows.ts';
import { factorize, factorSides } from '../../kernels/factors/factorize.ts';
import { pairScorer } from '../../kernels/factors/pair-scores.ts';
import { codesOf } from '../../kernels/two-codes/codes-of.ts';
import { codeVectors } from '../../kernels/two-codes/code-vectors.ts';
import { learnTwoCodes } from '../../kernels/two-codes/learn-two-codes.ts';
import { neighboursConfiguration } from '../../schemas/configuration/affinity.ts';
import { codesConfiguration } from '../../schemas/configuration/codes.ts';
import { recordFigure } from '../record-figure.ts';
import { holdOutLinks } from './hold-out-links.ts';
import { type LinkedCorpus, wordsOfBooks, wordsOfNews } from './linked-corpus.ts';

const ASKED = 2000;
/** Rows that a row is predicted to be linked with, as links to learn from. */
const PREDICTED = 20;

/** What is changed of how codes are learned; the rest is the default. */
interface Variant {
  title: string;
  bits?: number;
  logQ?: number;
  steps?: number;
  batch?: number;
  /** x_i asks and y_j answers, in place of both of them together. */
  singleVectors?: boolean;
  predictedLinks?: boolean;
}

const VARIANTS: readonly Variant[] = [
  { title: 'default' },
  { title: 'x asks, y answers', singleVectors: true },
  { title: 'predicted links too', predictedLinks: true },
  { title: 'batch 1024', batch: 1024, steps: 1500 },
  {
    title: 'batch 1024, predicted, x and y',
    batch: 1024,
    steps: 1500,
    singleVectors: true,
    predictedLinks: true,
  },
  { title: 'logQ .75', logQ: 0.75 },
  { title: '64 bits', bits: 64 },
];

/**
 * What each part of learning two codes brings: held-out links of words that codes find by Hamming
 * distance, and the processor seconds that learning takes. `--data FOLDER --corpus books|news
 * --seeds N --variants 0,1`.
 */
export async function bench(options: Map<string, string>): Promise<void> {
  const data = resolve(
    options.get('data') ?? fileURLToPath(new URL('../../../../shared/data', import.meta.url)),
  );
  const seeds = Number(options.get('seeds') ?? 3);
  const numbers = options.get('variants')?.split(',').map(Number);
  const variants = VARIANTS.filter((_, number) => numbers?.includes(number) ?? true);
  const folder = mkdtempSync(join(tmpdir(), 'hashloom-two-codes-'));
  try {
    const isNews = options.get('corpus') === 'news';
    const corpus = isNews
      ? await wordsOfNews(join(data, '20news.jsonl.gz'), folder)
      : await wordsOfBooks(join(data, 'gutenberg'), folder);
    const runs: Learned[] = [];
    for (let seed = 1; seed <= seeds; seed++) runs.push(...compare(corpus, seed, variants));
    record(
      runs.filter(({ title }) => title === VARIANTS[0]!.title),
      isNews ? 'news' : 'words',
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Learned extends Pick<HitFigures, 'uniform' | 'fair' | 'matched'> {
  title: string;
  seconds: number;
}

function compare(corpus: LinkedCorpus, seed: number, variants: readonly Variant[]): Learned[] {
  const { graph, links } = holdOutLinks(corpus, seed);
  const settings = neighboursConfiguration.parse({});
  const sides = factorSides(corpus.size);
  const all = Uint32Array.from({ length: corpus.size }, (_, row) => row);
  const factors = factorize(graph, sides, { ...settings, seed, keys: all }, () => undefined);
  const both = codeVectors(factors, sides, settings.factors);
  const known = linksOf(graph);
  const predicted = predictedLinks(graph, PREDICTED, pairScorer(factors, sides, settings.factors));
  const some = someLinks(links, ASKED, seed);
  const beside = {
    'the most linked': byPopularity(links.known),
    'factors, x . y': byFactors(factors, sides, settings.factors),
  };
  for (const [title, way] of Object.entries(beside))
    tell(seed, title, hitFigures(rankTargets(way, some), some));
  return variants.map(({ title, singleVectors, predictedLinks: withPredicted, ...changed }) => {
    const codes = codesConfiguration.parse(changed);
    const asking = singleVectors ? factors.asking : both.asking(all);
    const answering = singleVectors ? factors.answering : both.answering(all);
    const dimensions = singleVectors ? settings.factors : both.width;
    const taken = withPredicted ? [known, predicted] : [known];
    const before = process.cpuUsage();
    const learned = learnTwoCodes(
      {
        asking,
        answering,
        dimensions,
        from: Uint32Array.from(taken.flatMap(({ from }) => [...from])),
        to: Uint32Array.from(taken.flatMap(({ to }) => [...to])),
      },
      { ...codes, rate: 0.01, seed },
      () => undefined,
    );
    const { user, system } = process.cpuUsage(before);
    const seconds = (user + system) / 1e6;
    const way = byTwoCodes(
      {
        asking: codesOf(asking, dimensions, learned.asking),
        answering: codesOf(answering, dimensions, learned.answering),
      },
      codes.bits / 8,
    );
    const figures = hitFigures(rankTargets(way, some), some);
    tell(seed, `${title}, ${seconds.toFixed(1)} s`, figures);
    return { title, ...figures, seconds };
  });
}

function tell(seed: number, title: string, { uniform, fair, matched }: HitFigures): void {
  const shares = (values: number[]): string =>
    [1, 2, 3].map((cut) => values[cut]!.toFixed(3)).join(' ');
  process.stdout.write(
    `seed ${seed}, ${title}: HR@50, 200, 1000 ${shares(uniform)}, fair ${shares(fair)}, ` +
      `matched ${matched.toFixed(3)}\n`,
  );
}

/** Means of the default over the seeds. */
function record(runs: readonly Learned[], corpus: 'words' | 'news'): void {
  if (runs.length === 0) return;
  const unit = `share of held-out links by Hamming distance, ${runs.length} seeds`;
  const figure = (name: string, of: (run: Learned) => number, goal: string, what = unit): void =>
    recordFigure({
      name,
      value: runs.reduce((sum, run) => sum + of(run), 0) / runs.length,
      unit: what,
      goal,
      command: `npm run bench -- two-codes${corpus === 'news' ? ' --corpus news' : ''}`,
    });
  figure(`${corpus}-codes-1000`, ({ uniform }) => uniform[3]!, '>= 0.60');
  figure(`${corpus}-codes-fair1000`, ({ fair }) => fair[3]!, '>= 0.24');
  figure(`${corpus}-codes-dm10`, ({ matched }) => matched, '>= 0.16');
  if (corpus === 'words')
    figure(
      'two-codes-seconds',
      ({ seconds }) => seconds,
      '<= 90',
      'processor seconds of one thread',
    );
}

interface Links {
  from: number[];
  to: number[];
}

function linksOf({ offsets, columns }: LinkGraph): Links {
  const from: number[] = [];
  for (let row = 0; row + 1 < offsets.length; row++)
    for (let at = offsets[row]!; at < offsets[row + 1]!; at++) from.push(row);
  return { from, to: [...columns] };
}

/** The best unknown ones of each row's list of the related. */
function predictedLinks(
  graph: LinkGraph,
  top: number,
  scorer: ReturnType<typeof pairScorer>,
): Links {
  const size = graph.offsets.length - 1;
  const lists = relateRows(
    graph,
    { from: 0, to: size, top },
    neighbourPredictor(graph, scorer, top),
  );
  const links: Links = { from: [], to: [] };
  let start = 0;
  for (const [at, entries] of lists.sizes.entries()) {
    for (let entry = start; entry < start + entries; entry++) {
      if (lists.relations[at] !== RELATION.related || lists.known[entry] !== 0) continue;
      links.from.push(lists.rows[at]!);
      links.to.push(lists.neighbours[entry]!);
    }
    start += entries;
  }
  return links;
}
