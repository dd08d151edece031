import * as Plot from '@observablehq/plot';
import { draw } from './draw.ts';
import type { MapPoint, ReportData } from './report-data.ts';
import { shownName } from './shown-name.ts';

/**
 * Figures as inline SVG. Colours are variables of the page, so that light and dark need no second
 * picture.
 */

const ACCENT = 'var(--accent)';
const MUTED = 'var(--muted)';
export function lossCurve(curve: ReportData['curve']): string {
  return draw('Loss after each round of training', {
    x: { label: 'epoch', tickFormat: 'd', ticks: Math.min(10, curve.length) },
    y: { label: 'mean loss a pair', grid: true, nice: true },
    marks: [
      Plot.lineY(curve, { x: 'epoch', y: 'loss', stroke: ACCENT, strokeWidth: 2 }),
      Plot.dot(curve, {
        x: 'epoch',
        y: 'loss',
        fill: ACCENT,
        r: 2.5,
        title: ({ epoch, loss }: ReportData['curve'][number]) =>
          `epoch ${epoch}: ${loss.toPrecision(4)}`,
      }),
    ],
  });
}

export function bucketSizes(sizes: ReportData['buckets']['sizes']): string {
  const bars = sizes.map((each) => ({
    ...each,
    class: each.from === each.to ? String(each.from) : `${each.from}-${each.to}`,
  }));
  return draw('Items by the size of their bucket', {
    x: {
      label: 'size of the bucket',
      domain: bars.map((bar) => bar.class),
      tickRotate: bars.length > 7 ? -35 : 0,
    },
    y: { label: 'items, over all tables', grid: true, tickFormat: 's' },
    marginBottom: bars.length > 7 ? 62 : 40,
    marks: [
      Plot.barY(bars, {
        x: 'class',
        y: 'items',
        fill: ACCENT,
        title: (bar: (typeof bars)[number]) =>
          `${bar.buckets} buckets of ${bar.class}: ${bar.items} items`,
      }),
      Plot.ruleY([0]),
    ],
  });
}

export function bitBalance(ones: ReportData['buckets']['ones'], bits: number): string {
  const places = ones.map(({ table, bit, share }) => ({
    at: table * bits + bit,
    share,
    name: `table ${table}, bit ${bit}: ${(100 * share).toFixed(1)}% ones`,
  }));
  const borders = Array.from(
    { length: places.length / bits - 1 },
    (_, table) => (table + 1) * bits - 0.5,
  );
  return draw('Share of ones of each bit', {
    x: { label: 'bit, table after table', tickFormat: 'd' },
    y: { label: 'share of ones', domain: [0, 1], grid: true },
    marks: [
      Plot.ruleX(borders, { stroke: MUTED, strokeDasharray: '3 3' }),
      Plot.ruleY([0.5], { stroke: MUTED }),
      Plot.ruleX(places, { x: 'at', y1: 0.5, y2: 'share', stroke: ACCENT }),
      Plot.dot(places, { x: 'at', y: 'share', r: 2, fill: ACCENT, title: 'name' }),
    ],
  });
}

export function embeddingMap(points: readonly MapPoint[]): string {
  const named = points.filter((point) => point.named);
  const xs = points.map(({ x }) => x);
  const [least, most] = [Math.min(...xs), Math.max(...xs)];
  const border = 0.12 * (most - least);
  const anchorOf = ({ x }: MapPoint) => {
    if (x < least + border) return 'start';
    return x > most - border ? 'end' : 'middle';
  };
  // A name at the border stands to the inner side of its point.
  const names = (['start', 'middle', 'end'] as const).map((textAnchor) =>
    Plot.text(
      named.filter((point) => anchorOf(point) === textAnchor),
      {
        x: 'x',
        y: 'y',
        text: ({ word }: MapPoint) => shownName(word),
        textAnchor,
        dy: -6,
        fontSize: 9,
        fill: 'var(--text)',
        stroke: 'var(--surface)',
        strokeWidth: 3,
      },
    ),
  );
  return draw('Map of the dense embeddings', {
    height: 640,
    margin: 14,
    marginLeft: 14,
    marginBottom: 14,
    x: { axis: null },
    y: { axis: null },
    marks: [
      Plot.dot(points, { x: 'x', y: 'y', r: 1.8, fill: ACCENT, fillOpacity: 0.55, title: 'word' }),
      ...names,
    ],
  });
}
