import { byAdamicAdar, byPopularity } from './simple-ways.ts';
import { type HeldOutLinks, someLinks } from './held-out-links.ts';
import { type HitFigures, hitFigures } from './hit-figures.ts';
import { rankTargets, type RankOptions } from './rank-targets.ts';
import type { Way } from './way.ts';

/** A way of answering by its name, the same in metrics, tables and pages. */
export type WayName =
  | 'query'
  | 'buckets'
  | 'codes'
  | 'vectors'
  | 'shuffledBuckets'
  | 'popularity'
  | 'adamicAdar';

export interface WayFigures {
  way: WayName;
  figures: HitFigures;
}

/** What one query of a way costs decides how many are asked. */
export interface MeasuredWay {
  way: Way;
  /** Queries at most; all when absent. */
  queries?: number;
}

/**
 * Every way on the same held-out links, or on some of them where it costs much, with two beside it
 * that need no index at all: the items with the most links, and the measure of Adamic and Adar
 * over D.
 */
export function measureWays(
  ways: Partial<Record<WayName, MeasuredWay>>,
  links: HeldOutLinks,
  { seed, ...options }: RankOptions & { seed: number },
): WayFigures[] {
  const all: Partial<Record<WayName, MeasuredWay>> = {
    ...ways,
    popularity: { way: byPopularity(links.known) },
    adamicAdar: { way: byAdamicAdar(links.known) },
  };
  return Object.entries(all).map(([name, { way, queries = Infinity }]) => {
    const asked = someLinks(links, queries, seed);
    return { way: name as WayName, figures: hitFigures(rankTargets(way, asked, options), asked) };
  });
}
