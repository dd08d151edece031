import * as Plot from '@observablehq/plot';
import type { CollisionClass } from '../evaluation/collision-curve.ts';
import type { Method } from '../schemas/experiment.ts';
import { draw } from './draw.ts';

/** What the curves are of. */
export interface Similarity {
  method: Method;
  /** K, or gamma of DCH. */
  concentration: number;
  bits: number;
  /** p(y = 1) of each model, by cosine distance. */
  relevance: RelevanceCurve[];
  /** Of the codes of the run. */
  measured: CollisionClass[];
}

export interface RelevanceCurve {
  /** In capitals. */
  model: string;
  points: { distance: number; relevance: number }[];
}

/** Of Fig. 1, left. */
const SIMHASH_BITS = 8;
const NEAREST = 1e-3;
const STEPS = 80;

/** Cosine distances from NEAREST to 2, evenly on a logarithmic axis. */
const DISTANCES = Array.from(
  { length: STEPS + 1 },
  (_, step) => NEAREST * (2 / NEAREST) ** (step / STEPS),
);

/**
 * Fig. 1 of paper 1, left: the chance that codes agree against the cosine distance; dots are what
 * the codes of this run do.
 */
export function collisionPlot({
  concentration,
  measured,
}: Pick<Similarity, 'concentration' | 'measured'>): string {
  const exponents = [...new Set([1, SIMHASH_BITS, concentration])].toSorted((a, b) => a - b);
  const curves = exponents.flatMap((bits) =>
    DISTANCES.map((distance) => ({
      distance,
      bits: bits === 1 ? '1 bit' : `${bits} bits`,
      chance: angular(1 - distance) ** bits,
    })),
  );
  const ends = exponents.map((bits) =>
    curves.findLast(
      (point) => point.bits === (bits === 1 ? '1 bit' : `${bits} bits`) && point.chance >= 0.5,
    )!,
  );
  const dots = measured.filter(({ distance }) => distance > 0);
  const axis = {
    type: 'log',
    domain: [Math.min(NEAREST, ...dots.map(({ distance }) => distance)), 2],
    label: 'cosine distance',
    grid: true,
    tickFormat: '~g',
    ticks: 5,
  } as const;
  return draw('Chance of equal codes against the cosine distance', {
    height: 300,
    marginRight: 24,
    x: axis,
    y: { label: 'chance that codes agree', domain: [0, 1], grid: true },
    marks: [
      Plot.lineY(curves, {
        x: 'distance',
        y: 'chance',
        z: 'bits',
        stroke: 'var(--muted)',
        strokeWidth: 1.5,
      }),
      Plot.text(ends, {
        x: 'distance',
        y: 'chance',
        text: 'bits',
        dx: 6,
        textAnchor: 'start',
        fill: 'var(--text)',
        stroke: 'var(--surface)',
        strokeWidth: 3,
      }),
      Plot.dot(dots, {
        x: 'distance',
        y: 'collide',
        r: 3.5,
        fill: 'var(--accent)',
        title: ({ distance, pairs, collide }: CollisionClass) =>
          `distance ${distance.toPrecision(2)}: ${(100 * collide).toPrecision(3)}% of ` +
          `${pairs.toLocaleString('en-US')} pairs share a code`,
      }),
    ],
  });
}

/**
 * Fig. 1, right: the relevance p(y = 1) that each model sees in a cosine distance; the run's own
 * model in colour.
 */
export function similarityPlot({
  method,
  relevance,
}: Pick<Similarity, 'method' | 'relevance'>): string {
  const curves = relevance.flatMap(({ model, points }) =>
    points.map((point) => ({ ...point, model })),
  );
  const own = method.toUpperCase();
  // Each name stands at another height, so that they do not cover one another.
  const named = relevance.map(({ model, points }, at) => ({
    model,
    ...points.find((point) => point.relevance <= 0.95 - 0.2 * at)!,
  }));
  return draw('Relevance that each model sees in a cosine distance', {
    height: 300,
    marginRight: 24,
    x: { label: 'cosine distance', grid: true },
    y: { label: 'p(relevant)', domain: [0, 1], grid: true },
    marks: [
      Plot.lineY(curves, {
        x: 'distance',
        y: 'relevance',
        z: 'model',
        stroke: ({ model }: (typeof curves)[number]) =>
          model === own ? 'var(--accent)' : 'var(--muted)',
        strokeWidth: ({ model }: (typeof curves)[number]) => (model === own ? 2.5 : 1.2),
      }),
      Plot.text(named, {
        x: 'distance',
        y: 'relevance',
        text: 'model',
        dx: 7,
        textAnchor: 'start',
        fill: 'var(--text)',
        stroke: 'var(--surface)',
        strokeWidth: 3,
      }),
    ],
  });
}

/** psi: the chance that a bit of SimHash agrees (Charikar 2002). */
function angular(cosine: number): number {
  return 1 - Math.acos(Math.max(-1, Math.min(1, cosine))) / Math.PI;
}
