import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { loadLinkGraph } from '../../activities/affinity/load-link-graph.ts';
import {
  type HeldOutLinks,
  heldOutLinks,
  someLinks,
} from '../../evaluation/answers/held-out-links.ts';
import { hitFigures } from '../../evaluation/answers/hit-figures.ts';
import { byList } from '../../evaluation/answers/list-way.ts';
import { rankTargets } from '../../evaluation/answers/rank-targets.ts';
import type { Way } from '../../evaluation/answers/way.ts';
import type { LinkGraph } from '../../kernels/affinity/link-graph.ts';
import { neighbourPredictor } from '../../kernels/affinity/predict-neighbours.ts';
import { RELATION } from '../../kernels/affinity/relate-rows.ts';
import { factorize } from '../../kernels/factors/factorize.ts';
import { pairScorer } from '../../kernels/factors/pair-scores.ts';
import { sidesOf } from '../../kernels/factors/sides-of.ts';
import type { Configuration } from '../../schemas/configuration.ts';
import { VOCABULARY } from '../../schemas/tables.ts';
import { openStore } from '../../store/open-store.ts';
import { decodeParquet } from '../../store/tables/parquet.ts';
import { countInProcess } from '../corpus/count-in-process.ts';

/** Links of items by their names. */
export interface NamedLinks {
  words: string[];
  graph: LinkGraph;
}

/** The share of the links that answers find, uniform and fair, among the first 50. */
export interface Found {
  uniform: number;
  fair: number;
  empty: number;
  links: number;
}

/** D by the stages themselves, and its words. */
export async function linksOf(configuration: Configuration): Promise<NamedLinks> {
  const counted = await countInProcess({
    configuration: {
      ...configuration,
      heldOut: { pairs: 0 },
      negatives: { ...configuration.negatives, perRow: 1 },
      neighbours: { ...configuration.neighbours, top: 1, factors: 0 },
    },
    threads: 1,
    toLists: true,
  });
  const graph = await loadLinkGraph(
    openStore(configuration.store),
    { ...counted.lists!.input, postings: configuration.neighbours.postings },
    () => undefined,
  );
  const bytes = readFileSync(counted.vocabulary);
  return { graph, words: (await decodeParquet(bytes, VOCABULARY, 'vocabulary.parquet')).word };
}

const FIRST = 50;
/** Of pairs known links stand before what is predicted, and are taken out. */
const WITH_KNOWN = 1000;
const ASKED = 1500;
const CUT = 1;

/**
 * What the lists that are made of `made` find of the links of `asked`, by name: every setting
 * answers the same questions, and a word that it leaves out has no answer.
 */
export function foundLinks(
  made: NamedLinks,
  asked: NamedLinks,
  { neighbours, seed, source }: Configuration,
  questions: { seed: number; knownIsNoAnswer: boolean },
): Found {
  const numbers = new Map(asked.words.map((word, number) => [word, number]));
  const own = made.words.map((word) => {
    if (!numbers.has(word)) numbers.set(word, numbers.size);
    return numbers.get(word)!;
  });
  const items = numbers.size;
  const known = questions.knownIsNoAnswer ? namedRows(made.graph, own, items) : noRows(items);
  const links = someLinks(heldOutLinks(pairsOf(asked.graph), known), ASKED, questions.seed);
  const place = new Int32Array(items).fill(-1);
  for (const [at, number] of own.entries()) place[number] = at;
  const most = questions.knownIsNoAnswer ? WITH_KNOWN : FIRST;
  const lists = listWay(made.graph, { ...neighbours, seed }, source.sides, most);
  const way: Way = (query) => {
    if (place[query]! < 0) return { items: new Uint32Array(0), scores: new Float32Array(0) };
    const { items: found, scores } = lists(place[query]!);
    return { items: found!.map((item) => own[item]!), scores };
  };
  const figures = hitFigures(rankTargets(way, links), links);
  return {
    uniform: figures.uniform[CUT]!,
    fair: figures.fair[CUT]!,
    empty: figures.empty,
    links: made.graph.columns.length / Math.max(1, made.words.length),
  };
}

function listWay(
  graph: LinkGraph,
  settings: Configuration['neighbours'] & { seed: number },
  sides: 'one' | 'two',
  most: number,
): Way {
  const two = sides === 'two';
  if (settings.factors === 0) return byList(graph, two ? RELATION.goesWith : RELATION.isLike, most);
  const factorized = sidesOf(graph, sides);
  const keys = Uint32Array.from({ length: graph.offsets.length - 1 }, (_, row) => row);
  const factors = factorize(graph, factorized, { ...settings, keys }, () => undefined);
  const scorer = pairScorer(factors, factorized, settings.factors);
  const relation = scorer.split === undefined ? RELATION.related : RELATION.goesWith;
  return byList(graph, relation, most, neighbourPredictor(graph, scorer, most));
}

/** Each link once. */
function pairsOf({ offsets, columns }: LinkGraph): { left: Uint32Array; right: Uint32Array } {
  const left: number[] = [];
  const right: number[] = [];
  for (let row = 0; row + 1 < offsets.length; row++)
    for (let at = offsets[row]!; at < offsets[row + 1]!; at++)
      if (columns[at]! > row) {
        left.push(row);
        right.push(columns[at]!);
      }
  return { left: Uint32Array.from(left), right: Uint32Array.from(right) };
}

const noRows = (items: number): HeldOutLinks['known'] => ({
  offsets: new Uint32Array(items + 1),
  columns: new Uint32Array(0),
});

function namedRows(
  { offsets, columns }: LinkGraph,
  own: readonly number[],
  items: number,
): HeldOutLinks['known'] {
  const rows = new Map(own.map((number, at) => [number, at]));
  const ends = new Uint32Array(items + 1);
  const all: number[] = [];
  for (let item = 0; item < items; item++) {
    const row = rows.get(item);
    if (row !== undefined)
      for (let at = offsets[row]!; at < offsets[row + 1]!; at++) all.push(own[columns[at]!]!);
    ends[item + 1] = all.length;
  }
  return { offsets: ends, columns: Uint32Array.from(all) };
}

/** A store of its own, where stages that settings share are made once. */
export const storeIn = (folder: string): string => pathToFileURL(`${folder}/store`).href;
