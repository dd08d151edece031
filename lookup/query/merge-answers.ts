import type { Found } from './query-context.ts';
import type { Match, Relation } from './types.ts';

/**
 * One list of several: what is in the list of a positive gets half a point for being there and up
 * to half a point for its score beside the best of that list, so that items in several lists lead;
 * negatives take the same away. A score is the mean over the positives, 1 at most; what has none
 * left is no match. `asked` are no answers.
 */
export function mergeAnswers(
  positive: readonly Found[],
  negative: readonly Found[],
  asked: ReadonlySet<string>,
): Found {
  const points = new Map<string, { score: number; relation: Relation }>();
  for (const { matches } of positive) addPoints(matches, 1 / positive.length);
  for (const { matches } of negative) addPoints(matches, -1 / positive.length);
  const missing = [...positive, ...negative].find((found) => found.missing)?.missing;
  const merged = [...points]
    .filter(([id, { score }]) => score > 0 && !asked.has(id))
    .map(([id, { score, relation }]): Match => ({ id, score, relation }))
    .sort((a, b) => b.score - a.score || byText(a.id, b.id));
  return {
    matches: merged,
    rank: (positive.find(({ matches }) => matches.length > 0) ?? positive[0]!).rank,
    candidates: [...positive, ...negative].reduce((sum, { candidates }) => sum + candidates, 0),
    ...([...positive, ...negative].some(({ mayMiss }) => mayMiss) && { mayMiss: true }),
    ...(missing && { missing }),
  };

  function addPoints(matches: readonly Match[], weight: number): void {
    /** Scores of two relations are not comparable: each is seen beside the best of its own. */
    const best = new Map<Relation, number>();
    for (const { id, score, relation } of matches) {
      if (!best.has(relation)) best.set(relation, score);
      const share = score / best.get(relation)!;
      const known = points.get(id);
      const more = (weight * (1 + (share > 0 ? share : 0))) / 2;
      if (known) known.score += more;
      else points.set(id, { score: more, relation });
    }
  }
}

function byText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
