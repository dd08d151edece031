import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { extendGraph } from '../../kernels/affinity/extend-graph.ts';
import { graphOf, type LinkGraph } from '../../kernels/affinity/link-graph.ts';
import {
  neighbourPredictor,
  type NeighbourPredictor,
} from '../../kernels/affinity/predict-neighbours.ts';
import { RELATION, relateRows } from '../../kernels/affinity/relate-rows.ts';
import { type FactorLinks, factorize, factorSides } from '../../kernels/factors/factorize.ts';
import { foldIn } from '../../kernels/factors/fold-in.ts';
import { joinFactors } from '../../kernels/factors/join-factors.ts';
import { pairScorer } from '../../kernels/factors/pair-scores.ts';
import { RandomStream } from '../../kernels/numbers/random.ts';
import { neighboursConfiguration } from '../../schemas/configuration/affinity.ts';
import { recordFigure } from '../record-figure.ts';
import { holdOutLinks } from './hold-out-links.ts';
import {
  type LinkedCorpus,
  reportsByTerms,
  storiesByWords,
  wordsOfBooks,
} from './linked-corpus.ts';

/** Items that come later, at most: a fiftieth of all. */
const LATER = 500;
const TOP = 50;

/**
 * Items whose links come after the run, but for a tenth that is hidden from both: how much of the
 * list of a run with them the folded-in list has, and what both find of the hidden links, from the
 * new item and from those that were there. `--data FOLDER --seeds N --corpora words,reuters,tmc`.
 */
export async function bench(options: Map<string, string>): Promise<void> {
  const data = resolve(
    options.get('data') ?? fileURLToPath(new URL('../../../../shared/data', import.meta.url)),
  );
  const seeds = Number(options.get('seeds') ?? 2);
  const names = (options.get('corpora') ?? 'words,reuters,tmc').split(',');
  const folder = mkdtempSync(join(tmpdir(), 'hashloom-fold-in-'));
  const corpora: Record<string, () => Promise<LinkedCorpus>> = {
    words: () => wordsOfBooks(join(data, 'gutenberg'), folder),
    reuters: () => storiesByWords(join(data, 'reuters21578.jsonl.gz')),
    tmc: () => reportsByTerms(join(data, 'tmc2007-500.parquet')),
  };
  try {
    for (const name of names) {
      const corpus = await corpora[name]!();
      const runs: Compared[] = [];
      for (let seed = 1; seed <= seeds; seed++) runs.push(compare(name, corpus, seed));
      const mean = (of: keyof Compared): number =>
        runs.reduce((sum, run) => sum + run[of], 0) / runs.length;
      const command = `npm run bench -- fold-in --corpora ${name} --seeds ${seeds}`;
      recordFigure({
        name: `fold-in-overlap-${name}`,
        value: mean('overlap'),
        unit:
          `share of the ${TOP} unknown neighbours that a run with the items gives, ${seeds} ` +
          'seeds',
        goal: '>= 0.94',
        command,
      });
      const shared = corpus.split === undefined ? `; links alone ${mean('linked').toFixed(3)}` : '';
      recordFigure({
        name: `fold-in-hr50-${name}`,
        value: mean('folded'),
        unit: `share of hidden links of new items, ${seeds} seeds${shared}`,
        goal: `>= ${mean('full').toFixed(3)}, a run with the items`,
        command,
      });
      recordFigure({
        name: `fold-in-back-hr50-${name}`,
        value: mean('foldedBack'),
        unit: `share of hidden links to new items, asked from the other end, ${seeds} seeds`,
        goal: `>= ${mean('fullBack').toFixed(3)}, a run with the items`,
        command,
      });
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Compared {
  overlap: number;
  full: number;
  folded: number;
  /** By the list `is like`, for which no factors are needed. */
  linked: number;
  fullBack: number;
  foldedBack: number;
}

function compare(name: string, corpus: LinkedCorpus, seed: number): Compared {
  const { split, size } = corpus;
  const { graph, links } = holdOutLinks(corpus, seed);
  const { top: _top, postings: _, ...settings } = neighboursConfiguration.parse({});
  const sides = factorSides(size, split);
  const keys = Uint32Array.from({ length: size }, (_, row) => row);
  const relation = split === undefined ? RELATION.related : RELATION.goesWith;
  const later = drawItems(graph, seed);
  const numberOf = new Map(later.map((item, u) => [item, u]));

  const whole = factorize(graph, sides, { ...settings, seed, keys }, () => undefined);
  const full = unknownOf(
    graph,
    neighbourPredictor(graph, pairScorer(whole, sides, settings.factors), TOP),
  );
  const { base, linksOfLater } = withoutRows(graph, later);
  const before = factorize(base, sides, { ...settings, seed, keys }, () => undefined);
  const start = process.cpuUsage();
  const folded = foldIn(linksOfLater, before, sides, settings);
  const extended = extendGraph(base, sides, linksOfLater);
  const all = joinFactors(before, folded, extended.sides);
  const scorer = pairScorer(all, extended.sides, settings.factors);
  const predictor = neighbourPredictor(extended.graph, scorer, TOP);
  const { user } = process.cpuUsage(start);
  const rows = unknownOf(extended.graph, predictor);
  const textOf = (row: number): number => {
    const meaning = extended.meaningOf(row);
    return meaning < 0 ? later[-meaning - 1]! : meaning;
  };
  const lists = later.map((_item, u) => extended.rowOfNew[u]!);
  const listOf = (row: number, of: number = relation): number[] => rows(row, of).map(textOf);
  const rowOf = new Map<number, number>();
  for (let row = 0; row < extended.graph.offsets.length - 1; row++)
    if (!numberOf.has(textOf(row)) || extended.meaningOf(row) < 0) rowOf.set(textOf(row), row);

  let [shared, listed] = [0, 0];
  const found = { full: 0, folded: 0, linked: 0, fullBack: 0, foldedBack: 0, asked: 0 };
  for (const [u, item] of later.entries()) {
    const theirs = full(item, relation);
    const ours = listOf(lists[u]!);
    const own = new Set(ours);
    shared += theirs.filter((other) => own.has(other)).length;
    listed += theirs.length;
    const q = links.queries.indexOf(item);
    if (q < 0) continue;
    const byLinks = new Set(listOf(lists[u]!, RELATION.isLike));
    // The append looks at the lists of those alone that are in the new one's.
    const touched = new Set(
      relateRows(extended.graph, { from: lists[u]!, to: lists[u]! + 1, top: TOP }, predictor)
        .neighbours,
    );
    for (const target of links.targets.subarray(links.starts[q], links.starts[q + 1])) {
      found.asked += 1;
      found.full += Number(theirs.includes(target));
      found.folded += Number(own.has(target));
      found.linked += Number(byLinks.has(target));
      found.fullBack += Number(full(target, relation).includes(item));
      const row = rowOf.get(target)!;
      found.foldedBack += Number(touched.has(row) && listOf(row).includes(item));
    }
  }
  const share = (count: number): number => count / found.asked;
  const compared = {
    overlap: shared / listed,
    full: share(found.full),
    folded: share(found.folded),
    linked: share(found.linked),
    fullBack: share(found.fullBack),
    foldedBack: share(found.foldedBack),
  };
  const shown = Object.entries(compared).map(([what, value]) => `${what} ${value.toFixed(3)}`);
  process.stdout.write(
    `${name} ${seed}: ${shown.join(', ')}; ${later.length} items, ${found.asked} hidden links, ` +
      `folded in ${(user / 1e3).toFixed(0)} ms of processor time\n`,
  );
  return compared;
}

/** Items with a link, drawn with the seed, ascending. */
function drawItems({ offsets }: LinkGraph, seed: number): number[] {
  const random = new RandomStream(seed, 77);
  const size = offsets.length - 1;
  const items = new Set<number>();
  while (items.size < Math.min(LATER, Math.floor(size / 50))) {
    const item = random.below(size);
    if (offsets[item + 1]! > offsets[item]!) items.add(item);
  }
  return [...items].toSorted((a, b) => a - b);
}

/** The unknown neighbours of a row in its list of a relation, the best first. */
function unknownOf(graph: LinkGraph, predictor: NeighbourPredictor) {
  return (row: number, relation: number): number[] => {
    const lists = relateRows(graph, { from: row, to: row + 1, top: TOP }, predictor);
    let start = 0;
    for (const [at, entries] of lists.sizes.entries()) {
      if (lists.relations[at] === relation)
        return Array.from({ length: entries }, (_, k) => start + k)
          .filter((k) => lists.known[k] === 0)
          .toSorted((a, b) => lists.scores[b]! - lists.scores[a]!)
          .map((k) => lists.neighbours[k]!)
          .slice(0, TOP);
      start += entries;
    }
    return [];
  };
}

/** The graph with empty rows for these items, and their links to the others. */
function withoutRows(graph: LinkGraph, items: readonly number[]) {
  const { offsets, columns, roots, postings, median } = graph;
  const isLater = new Set(items);
  const kept = collectRows();
  const later = collectRows();
  for (let row = 0; row + 1 < offsets.length; row++) {
    const own = isLater.has(row) ? later : kept;
    for (let at = offsets[row]!; at < offsets[row + 1]!; at++)
      if (!isLater.has(columns[at]!)) own.add(columns[at]!, roots[at]!);
    kept.end();
    if (isLater.has(row)) later.end();
  }
  return { base: graphOf({ ...kept.finish(), postings, median }), linksOfLater: later.finish() };
}

function collectRows() {
  const offsets = [0];
  const columns: number[] = [];
  const roots: number[] = [];
  return {
    add(column: number, root: number): void {
      columns.push(column);
      roots.push(root);
    },
    end: () => offsets.push(columns.length),
    finish: (): FactorLinks => ({
      offsets: Uint32Array.from(offsets),
      columns: Uint32Array.from(columns),
      roots: Float32Array.from(roots),
    }),
  };
}
