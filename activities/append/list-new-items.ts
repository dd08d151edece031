import { extendGraph, type ExtendedGraph } from '../../kernels/affinity/extend-graph.ts';
import {
  neighbourPredictor,
  type NeighbourPredictor,
} from '../../kernels/affinity/predict-neighbours.ts';
import { relateRows } from '../../kernels/affinity/relate-rows.ts';
import { foldIn } from '../../kernels/factors/fold-in.ts';
import { joinFactors } from '../../kernels/factors/join-factors.ts';
import { pairScorer } from '../../kernels/factors/pair-scores.ts';
import type { IndexManifest } from '../../schemas/index-manifest.ts';
import type { Store } from '../../store/store.ts';
import { loadFactors } from '../factors/load-factors.ts';
import type { StageContext } from '../stage/stage.ts';
import { type DeltaLists, listsByKey } from './delta-lists.ts';
import { graphOfVersion } from './graph-of-version.ts';
import { linksOfNew, type NewLinks } from './new-links.ts';

/** Listed at once between two reports. */
const STEP_ROWS = 512;

/**
 * Ranked lists of new items by their links, as the stage `relate` makes them, and what new items
 * are to the items in these lists: nothing of what there is is computed anew. keyOf: of a base item
 * number, undefined where the item is gone. Undefined where the store no longer has what the
 * version was made from.
 */
export async function listNewItems(
  { keys, neighbours }: NewLinks,
  manifest: IndexManifest,
  keyOf: (number: number) => string | undefined,
  store: Store,
  context: StageContext,
): Promise<DeltaLists | undefined> {
  const made = await graphOfVersion(store, manifest);
  if (!made) return undefined;
  const { top, factors: parameters } = made;
  const { base, links, sides } = await linksOfNew(neighbours, made, store, () =>
    context.onProgress(0, keys.length),
  );
  const known = parameters && (await loadFactors(store, parameters, sides));
  const extended = extendGraph(base, sides, links);
  const predictor =
    known &&
    neighbourPredictor(
      extended.graph,
      pairScorer(
        joinFactors(known, foldIn(links, known, sides, parameters), extended.sides),
        extended.sides,
        parameters.factors,
      ),
      top,
    );
  const textOf = (row: number): string | undefined => {
    const number = extended.meaningOf(row);
    return number < 0 ? keys[-number - 1] : keyOf(number);
  };
  return relateNew(extended, { top, predictor, textOf, context });
}

function relateNew(
  { graph, rowOfNew, meaningOf }: ExtendedGraph,
  {
    top,
    predictor,
    textOf,
    context,
  }: {
    top: number;
    predictor: NeighbourPredictor | undefined;
    textOf: (row: number) => string | undefined;
    context: StageContext;
  },
): DeltaLists {
  const all: DeltaLists = new Map();
  const others = new Set<number>();
  for (const [at, row] of rowOfNew.entries()) {
    if (at % STEP_ROWS === 0) context.onProgress(at, 2 * rowOfNew.length);
    const lists = relateRows(graph, { from: row, to: row + 1, top }, predictor);
    for (const [key, own] of listsByKey(lists, textOf)) all.set(key, own);
    for (const other of lists.neighbours) if (meaningOf(other) >= 0) others.add(other);
  }
  // In the lists of those who are in its lists a new item has its place, if it is among the best.
  const newText = (row: number): string | undefined =>
    meaningOf(row) < 0 ? textOf(row) : undefined;
  for (const [at, row] of [...others].toSorted((a, b) => a - b).entries()) {
    if (at % STEP_ROWS === 0) context.onProgress(others.size + at, 2 * others.size);
    const key = textOf(row);
    if (key === undefined) continue;
    const lists = relateRows(graph, { from: row, to: row + 1, top }, predictor);
    const own = listsByKey(lists, (each) => (each === row ? key : newText(each))).get(key);
    if (own) all.set(key, own);
  }
  return all;
}
