import type { LinkGraph } from '../../kernels/affinity/link-graph.ts';
import type { NeighbourPredictor } from '../../kernels/affinity/predict-neighbours.ts';
import { relateRows } from '../../kernels/affinity/relate-rows.ts';
import type { Way } from './way.ts';

/**
 * The ranked lists of a relation as a version publishes them, made of these links alone and long
 * enough that `most` answers are left where known links are taken out; with a predictor as long as
 * it makes them, known links apart.
 */
export function byList(
  graph: LinkGraph,
  relation: number,
  most: number,
  predictor?: NeighbourPredictor,
): Way {
  const { offsets } = graph;
  const size = offsets.length - 1;
  return (query) => {
    const top = predictor?.top ?? Math.min(size, most + offsets[query + 1]! - offsets[query]!);
    const lists = relateRows(graph, { from: query, to: query + 1, top }, predictor);
    let start = 0;
    for (const [at, entries] of lists.sizes.entries()) {
      if (lists.relations[at] === relation) {
        const end = start + entries;
        return {
          items: Uint32Array.from(lists.neighbours.subarray(start, end)),
          scores: Float32Array.from(lists.scores.subarray(start, end)),
        };
      }
      start += entries;
    }
    return { items: new Uint32Array(0), scores: new Float32Array(0) };
  };
}
