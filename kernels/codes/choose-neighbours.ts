import { log } from '../numbers/elementary.ts';
import type { UnseenRows } from './count-unseen.ts';

export interface NeighbourRule {
  minimumPmi: number;
  minimumWeight: number;
  /** At most so many neighbours, those of the largest weight. */
  top: number;
}

/** Of item u the known items [offsets[u], offsets[u + 1]), the largest sum first. */
export interface ChosenNeighbours extends UnseenRows {
  /** ln PMI of each. */
  pmis: Float64Array;
}

/**
 * Those known items that the rule of the affinity D would pair unseen ones with. marginals (V): the
 * sum of each known item's row in the model's cooccurrences, in any unit.
 */
export function chooseNeighbours(
  { offsets, columns, sums }: UnseenRows,
  marginals: Float64Array,
  { minimumPmi, minimumWeight, top }: NeighbourRule,
): ChosenNeighbours {
  const chosen: ChosenNeighbours = {
    offsets: new Uint32Array(offsets.length),
    columns: new Uint32Array(columns.length),
    sums: new Float64Array(columns.length),
    pmis: new Float64Array(columns.length),
  };
  let all = 0;
  for (const marginal of marginals) all += marginal;
  let count = 0;
  for (let u = 0; u + 1 < offsets.length; u++) {
    let own = 0;
    for (let at = offsets[u]; at < offsets[u + 1]; at++) own += sums[at];
    const neighbours: { at: number; pmi: number }[] = [];
    for (let at = offsets[u]; at < offsets[u + 1]; at++) {
      const pmi = log((sums[at] * all) / (own * marginals[columns[at]]));
      if (sums[at] >= minimumWeight && pmi >= minimumPmi) neighbours.push({ at, pmi });
    }
    neighbours.sort((a, b) => sums[b.at] - sums[a.at] || a.at - b.at);
    for (const { at, pmi } of neighbours.slice(0, top)) {
      chosen.columns[count] = columns[at];
      chosen.sums[count] = sums[at];
      chosen.pmis[count++] = pmi;
    }
    chosen.offsets[u + 1] = count;
  }
  return {
    offsets: chosen.offsets,
    columns: chosen.columns.subarray(0, count),
    sums: chosen.sums.subarray(0, count),
    pmis: chosen.pmis.subarray(0, count),
  };
}
