/**
 * Where a target stands among answers, as the definitions of evaluation/answers say it: every item
 * is looked at by itself.
 */
export interface RankCase {
  items: number;
  query: number;
  target: number;
  /** Links that the query is known to have. */
  known: readonly number[];
  /** By item; undefined of what is no answer. */
  scores: readonly (number | undefined)[];
  /** Links of each item, those held out too. */
  degree: readonly number[];
  side?: readonly number[];
}

/** Items that could answer: not the query, not known, of the other side where there are two. */
const couldAnswer = ({ query, known, side }: RankCase, item: number): boolean =>
  item !== query && !known.includes(item) && (!side || side[item] !== side[query]);

/** Answers before the target, and those beside it with it; undefined where it is no answer. */
export function rankBySort(one: RankCase): { better: number; equal: number } | undefined {
  const own = one.scores[one.target];
  if (own === undefined) return undefined;
  const others = one.scores.filter(
    (score, item) => score !== undefined && couldAnswer(one, item),
  ) as number[];
  return {
    better: others.filter((score) => score > own).length,
    equal: others.filter((score) => score === own).length,
  };
}

/** The same among `size` items nearest in degree; who gives no score comes last. */
export function matchedBySort(one: RankCase, size: number): { better: number; equal: number } {
  const { items, target, degree, side, scores } = one;
  const order = Array.from({ length: items }, (_, item) => item)
    .filter((item) => !side || side[item] === side[target])
    .sort((a, b) => degree[a]! - degree[b]! || a - b);
  const at = order.indexOf(target);
  const low = Math.max(0, Math.min(at - (size - 1) / 2, order.length - size));
  const rated = order
    .slice(low, low + size)
    .filter((item) => couldAnswer(one, item))
    .map((item) => scores[item] ?? -Infinity);
  const own = scores[target] ?? -Infinity;
  return {
    better: rated.filter((score) => score > own).length,
    equal: rated.filter((score) => score === own).length,
  };
}
