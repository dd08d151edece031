import { selectLargest } from '../../kernels/numbers/select-largest.ts';

/**
 * How many of the first `cut` of these scores are wanted, in expectation over the order of equal
 * ones: of what ties at the end of the cut each is in it with the same chance.
 */
export function expectedHits(
  scores: Float32Array,
  cut: number,
  isWanted: (at: number) => boolean,
): number {
  const least = selectLargest(Float64Array.from(scores), scores.length, cut);
  let above = 0;
  let hits = 0;
  let tied = 0;
  let wantedOfTied = 0;
  for (let at = 0; at < scores.length; at++) {
    const score = scores[at]!;
    if (score < least) continue;
    const wanted = Number(isWanted(at));
    if (score > least) {
      above++;
      hits += wanted;
    } else {
      tied++;
      wantedOfTied += wanted;
    }
  }
  return tied === 0 ? hits : hits + (wantedOfTied * Math.min(tied, cut - above)) / tied;
}
