import * as Plot from '@observablehq/plot';
import { medianOf } from '../../kernels/numbers/median.ts';
import type { DocumentPicture } from '../../schemas/document-experiment.ts';
import { draw } from '../draw.ts';

export interface BitsCurve {
  name: string;
  points: { bits: number; precision: number }[];
  /** The papers' figures of the method. */
  paper: { bits: number; precision: number }[];
}

const COLUMNS = 4;
const ROW_HEIGHT = 130;

/**
 * Fig. 2 of paper 3, a small plot a method: its precision by bits, the papers' dashed, those of the
 * other methods behind it.
 */
export function bitsCurves(curves: readonly BitsCurve[]): string {
  const places = curves.map((curve, at) => ({
    ...curve,
    fx: at % COLUMNS,
    fy: Math.floor(at / COLUMNS),
  }));
  const own = places.flatMap(({ name, points, fx, fy }) =>
    points.map((point) => ({ ...point, name, fx, fy })),
  );
  const paper = places.flatMap(({ name, paper: points, fx, fy }) =>
    points.map((point) => ({ ...point, name, fx, fy })),
  );
  const others = places.flatMap(({ fx, fy, name }) =>
    curves
      .filter((curve) => curve.name !== name)
      .flatMap((curve) => curve.points.map((point) => ({ ...point, name: curve.name, fx, fy }))),
  );
  const at = { x: 'bits', y: 'precision', fx: 'fx', fy: 'fy' } as const;
  return draw('Precision of the 100 nearest by bits', {
    height: 60 + ROW_HEIGHT * Math.ceil(curves.length / COLUMNS),
    marginRight: 8,
    x: {
      type: 'log',
      base: 2,
      label: 'bits',
      tickFormat: 'd',
      ticks: [...new Set(own.map(({ bits }) => bits))],
    },
    y: { label: null, grid: true, ticks: 4 },
    fx: { axis: null, padding: 0.12 },
    fy: { axis: null, padding: 0.2 },
    marks: [
      Plot.lineY(others, { ...at, z: 'name', stroke: 'var(--line)', strokeWidth: 1 }),
      Plot.lineY(paper, {
        ...at,
        z: 'name',
        stroke: 'var(--muted)',
        strokeWidth: 1.5,
        strokeDasharray: '4 3',
      }),
      Plot.lineY(own, { ...at, z: 'name', stroke: 'var(--accent)', strokeWidth: 2 }),
      Plot.dot(own, {
        ...at,
        r: 2.5,
        fill: 'var(--accent)',
        title: ({ name, bits, precision }: (typeof own)[number]) =>
          `${name}, ${bits} bits: ${precision.toFixed(4)}`,
      }),
      Plot.text(places, {
        fx: 'fx',
        fy: 'fy',
        text: 'name',
        frameAnchor: 'top-left',
        dx: 4,
        dy: -10,
        fill: 'var(--text)',
      }),
    ],
  });
}

/**
 * Fig. 3 of paper 3: documents on a map, a colour a label, its name where the median of its
 * documents is.
 */
export function pictureMap({ labels, points }: DocumentPicture): string {
  const named = points.map(({ x, y, label }) => ({ x, y, label: labels[label] ?? 'none' }));
  // By how many they are, so that neighbouring hues are of unlike size.
  const counts = new Map<string, number>();
  for (const { label } of named) counts.set(label, (counts.get(label) ?? 0) + 1);
  const domain = [...counts].toSorted(([, a], [, b]) => b - a).map(([label]) => label);
  const range = domain.map(
    (_, at) => `hsl(${Math.round((at * 137.5) % 360)} 65% ${at % 2 === 0 ? 45 : 60}%)`,
  );
  const middles = domain.map((label) => {
    const own = named.filter((point) => point.label === label);
    return {
      label,
      x: medianOf(Float64Array.from(own, ({ x }) => x)),
      y: medianOf(Float64Array.from(own, ({ y }) => y)),
    };
  });
  return draw('Map of documents by their codes', {
    height: 640,
    margin: 14,
    marginLeft: 14,
    marginBottom: 14,
    x: { axis: null },
    y: { axis: null },
    color: { domain, range },
    marks: [
      Plot.dot(named, { x: 'x', y: 'y', r: 2.2, fill: 'label', fillOpacity: 0.75, title: 'label' }),
      Plot.text(middles, {
        x: 'x',
        y: 'y',
        text: 'label',
        fontSize: 9,
        fill: 'var(--text)',
        stroke: 'var(--surface)',
        strokeWidth: 3,
      }),
    ],
  });
}
