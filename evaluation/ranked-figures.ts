import { groupByDistance } from './hamming-distances.ts';
import { relevance, type Truth } from './precision-recall.ts';
import { averagePrecision, precisionAt, recallWithin, type TieGroups } from './tie-groups.ts';

/** MAP looks at the first so many of the Hamming order. */
const MAP_CUT = 500;
const PRECISION_CUT = 100;
const RECALL_RADIUS = 2;

/**
 * Figures of the order by Hamming distance, against the truth, of each query. longest: bits of a
 * code.
 */
export function rankedFigures(
  distancesTo: (item: number) => Uint16Array,
  longest: number,
  truth: Truth,
  sample: Uint32Array,
  tick: () => void,
): Record<'map500' | 'precision100' | 'recall2', Float64Array> {
  const relevant = relevance(truth);
  const columns = {
    map500: new Float64Array(sample.length),
    precision100: new Float64Array(sample.length),
    recall2: new Float64Array(sample.length),
  };
  sample.forEach((query, k) => {
    tick();
    const groups: TieGroups = groupByDistance(
      distancesTo(query),
      longest,
      relevant(query).test,
      query,
    );
    columns.map500[k] = averagePrecision(groups, MAP_CUT, 'relevant');
    columns.precision100[k] = precisionAt(groups, PRECISION_CUT);
    columns.recall2[k] = recallWithin(groups, RECALL_RADIUS + 1);
  });
  return columns;
}
