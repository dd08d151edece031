import { byAdamicAdar, byPopularity } from './simple-ways.ts';
import { type HeldOutLinks, someLinks } from './held-out-links.ts';
import { type HitFigures, hitFigures } from './hit-figures.ts';
import { rankTargets, type RankOptions } from './rank-targets.ts';
import type { WayName } from './way-names.ts';
import type { Way } from './way.ts';

/** What it takes to answer in a way. */
export interface WayCost {
  /** Bytes an item, as they are kept or published. */
  bytes: number;
  /** Reads that wait for one another in a query of an open index; what is in memory is none. */
  rounds: number;
}

export interface WayFigures {
  way: WayName;
  figures: HitFigures;
  cost?: WayCost;
}

export interface MeasuredWay {
  way: Way;
  /** Queries at most, where one costs much; all when absent. */
  queries?: number;
  cost?: WayCost;
}

export type MeasuredWays = Partial<Record<WayName, MeasuredWay>>;

/** Every way on the same held-out links, or on some of them where it costs much. */
export function measureWays(
  ways: MeasuredWays,
  links: HeldOutLinks,
  { seed, onProgress, ...options }: MeasureOptions,
): WayFigures[] {
  const all = Object.entries(ways).map(([name, measured]) => ({
    ...measured,
    name: name as WayName,
    asked: someLinks(links, measured.queries ?? Infinity, seed),
  }));
  const total = all.reduce((sum, { asked }) => sum + asked.queries.length, 0);
  let done = 0;
  const tick = () => onProgress(done++, total);
  return all.map(({ name, way, asked, cost }) => ({
    way: name,
    figures: hitFigures(rankTargets(way, asked, { ...options, tick }), asked),
    ...(cost && { cost }),
  }));
}

interface MeasureOptions extends Pick<RankOptions, 'side'> {
  seed: number;
  /** Called once a query; may throw to stop. */
  onProgress: (done: number, total: number) => void;
}

/**
 * Two that need no index at all: the items with the most links, and the measure of Adamic and Adar
 * over D.
 */
export function plainWays({ known, items }: HeldOutLinks): MeasuredWays {
  return {
    adamicAdar: {
      way: byAdamicAdar(known),
      // The numbers of what an item is linked with; then the rows of these.
      cost: { bytes: (4 * known.columns.length) / items, rounds: 2 },
    },
    popularity: { way: byPopularity(known), cost: { bytes: 0, rounds: 0 } },
  };
}
