import type { HeldOutLinks } from './held-out-links.ts';
import type { Answers, Way } from './way.ts';

/** Where a way of answering has the targets of held-out links, each link on its own. */
export interface TargetRanks {
  /** Answers with a higher score; NaN where the target is no answer. */
  better: Float64Array;
  /** Answers with its score, itself among them. */
  equal: Float64Array;
  /** The same among the items that have nearly as many links; no answers come last, all alike. */
  betterMatched: Float64Array;
  equalMatched: Float64Array;
  /** Answers to each query, without itself and without the links that it is known to have. */
  answers: Uint32Array;
}

/** Items nearest in their number of links that a target is ranked among, itself counted. */
export const MATCHED_ITEMS = 1001;

export interface RankOptions {
  /** (V): which of two sides an item is of; then only the other side answers. */
  side?: Uint8Array;
  /** Called once a query; may throw to stop. */
  tick?: () => void;
}

/** Asks `way` for every query of `links`. */
export function rankTargets(
  way: Way,
  links: HeldOutLinks,
  { side, tick = () => undefined }: RankOptions = {},
): TargetRanks {
  const { items, queries, starts, targets, known } = links;
  const place = placesByDegree(links, side);
  const found: TargetRanks = {
    better: new Float64Array(targets.length),
    equal: new Float64Array(targets.length),
    betterMatched: new Float64Array(targets.length),
    equalMatched: new Float64Array(targets.length),
    answers: new Uint32Array(queries.length),
  };
  const isOut = new Uint8Array(items);
  /**
   * Of the query that is asked: places and scores of its answers, and where an item is in these.
   */
  const answerPlaces = new Uint32Array(items);
  const answerScores = new Float32Array(items);
  const whereOf = new Int32Array(items).fill(-1);
  queries.forEach((query, k) => {
    tick();
    const own = known.columns.subarray(known.offsets[query], known.offsets[query + 1]);
    for (const item of own) isOut[item] = 1;
    isOut[query] = 1;
    const asked = targets.subarray(starts[k], starts[k + 1]);
    for (const target of asked) whereOf[target] = -1;
    const count = take(way(query), query);
    found.answers[k] = count;
    asked.forEach((target, at) => rank(starts[k]! + at, target, count));
    for (const item of own) isOut[item] = 0;
    isOut[query] = 0;
  });
  return found;

  /** Keeps what may answer. */
  function take({ items: given, scores }: Answers, query: number): number {
    let count = 0;
    for (let at = 0; at < scores.length; at++) {
      const item = given === undefined ? at : given[at]!;
      if (isOut[item] === 1 || (side !== undefined && side[item] === side[query])) continue;
      answerPlaces[count] = place.of[item]!;
      answerScores[count] = scores[at]!;
      whereOf[item] = count++;
    }
    return count;
  }

  function rank(link: number, target: number, count: number): void {
    const { low, high } = windowOf(place, target, side);
    const at = whereOf[target]!;
    let [better, equal, betterMatched, equalMatched] = [0, 0, 0, 0];
    if (at < 0) {
      for (let other = 0; other < count; other++)
        betterMatched += Number(answerPlaces[other]! >= low && answerPlaces[other]! < high);
      better = NaN;
      equalMatched = candidates(low, high) - betterMatched;
    } else {
      const own = answerScores[at]!;
      for (let other = 0; other < count; other++) {
        const score = answerScores[other]!;
        if (score < own) continue;
        const isMatched = answerPlaces[other]! >= low && answerPlaces[other]! < high ? 1 : 0;
        if (score === own) {
          equal++;
          equalMatched += isMatched;
        } else {
          better++;
          betterMatched += isMatched;
        }
      }
    }
    found.better[link] = better;
    found.equal[link] = equal;
    found.betterMatched[link] = betterMatched;
    found.equalMatched[link] = equalMatched;
  }

  /** Items of a window that may answer. */
  function candidates(low: number, high: number): number {
    let count = high - low;
    for (let at = low; at < high; at++) count -= isOut[place.order[at]!]!;
    return count;
  }
}

/** Items by their number of links, of equal ones by their own number; a side after the other. */
interface Places {
  order: Uint32Array;
  of: Uint32Array;
  /** Where the second side begins. */
  second: number;
}

function placesByDegree({ items, degree }: HeldOutLinks, side: Uint8Array | undefined): Places {
  const order = Uint32Array.from({ length: items }, (_, item) => item).sort(
    (a, b) => (side ? side[a]! - side[b]! : 0) || degree[a]! - degree[b]! || a - b,
  );
  const of = new Uint32Array(items);
  order.forEach((item, at) => (of[item] = at));
  return { order, of, second: side ? side.filter((which) => which === 0).length : items };
}

/** The places of MATCHED_ITEMS around the target, on its side. */
function windowOf(
  { of, second, order }: Places,
  target: number,
  side: Uint8Array | undefined,
): { low: number; high: number } {
  const isSecond = side !== undefined && side[target] === 1;
  const first = isSecond ? second : 0;
  const end = isSecond ? order.length : second;
  const low = Math.max(first, Math.min(of[target]! - (MATCHED_ITEMS - 1) / 2, end - MATCHED_ITEMS));
  return { low, high: Math.min(end, low + MATCHED_ITEMS) };
}
