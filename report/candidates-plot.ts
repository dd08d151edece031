import * as Plot from '@observablehq/plot';
import type { CandidateRow } from '../evaluation/candidates.ts';
import { draw } from './draw.ts';

type Shown = CandidateRow & { way: string; found: number; what: string };

/**
 * Recall against the mean number of candidates: a line a number of tables at full length, a point a
 * radius; and small points for shorter codes. Both of the true neighbours and, where it is known,
 * of what belongs together.
 */
export function candidatesPlot(
  rows: readonly CandidateRow[],
  relevantBy: string | undefined,
): string {
  const longest = Math.max(...rows.map((row) => row.bits));
  const seen = rows.filter((row) => row.candidates > 0);
  const shown: Shown[] = ['nearest', ...(relevantBy === undefined ? [] : [relevantBy])].flatMap(
    (what) =>
      seen.map((row) => ({
        ...row,
        what,
        found: what === 'nearest' ? row.recall : row.recallOfD,
        way: `${row.tables} of ${Math.max(...rows.map((each) => each.tables))} tables`,
      })),
  );
  const whole = shown.filter((row) => row.bits === longest);
  const title = (row: Shown) =>
    `${row.tables} ${row.tables === 1 ? 'table' : 'tables'}, ${row.bits} bits, radius ` +
    `${row.radius}: ${row.candidates.toFixed(1)} candidates, recall ${row.found.toFixed(3)}`;
  return draw('Recall against the number of candidates', {
    height: 300,
    marginRight: 24,
    insetLeft: 8,
    x: { type: 'log', label: 'candidates a query (mean)', grid: true, tickFormat: '~s', ticks: 6 },
    y: { label: 'recall', grid: true, domain: [0, 1] },
    fx: { label: null },
    marks: [
      Plot.frame({ stroke: 'var(--line)' }),
      Plot.dot(
        shown.filter((row) => row.bits < longest),
        { fx: 'what', x: 'candidates', y: 'found', r: 1.5, fill: 'var(--muted)', title },
      ),
      Plot.lineY(whole, {
        fx: 'what',
        x: 'candidates',
        y: 'found',
        z: 'way',
        stroke: 'var(--accent)',
        strokeOpacity: (row: Shown) =>
          0.3 + 0.7 * (row.tables / Math.max(...rows.map((each) => each.tables))),
        strokeWidth: 1.6,
      }),
      Plot.dot(whole, {
        fx: 'what',
        x: 'candidates',
        y: 'found',
        r: 3,
        fill: 'var(--accent)',
        title,
      }),
      Plot.text(
        whole.filter((row) => row.radius === 0),
        {
          fx: 'what',
          x: 'candidates',
          y: 'found',
          text: (row: Shown) => String(row.tables),
          dy: 12,
          fontSize: 10,
          fill: 'var(--text)',
          stroke: 'var(--surface)',
          strokeWidth: 3,
        },
      ),
    ],
  });
}
