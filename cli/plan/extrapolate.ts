export type Point = readonly [x: number, y: number];

/**
 * y at x by straight lines between measured points; beyond the last one along the last line, below
 * the first one towards the origin. For what costs a start and so much a unit; beyond the last
 * point it does not fall.
 */
export function alongLines(points: readonly Point[], x: number): number {
  const sorted = rising(points);
  const first = sorted[0]!;
  if (x <= first[0]) return first[0] === 0 ? first[1] : (first[1] * x) / first[0];
  const [[x0, y0], [x1, y1]] = around(sorted, x);
  if (x1 === x0) return (y1 * x) / x1;
  const slope = (y1 - y0) / (x1 - x0);
  return y1 + (x > x1 ? Math.max(0, slope) : slope) * (x - x1);
}

/**
 * The same in logarithms: for what grows as a power of x, as the words of a corpus do (Heaps' law).
 * Beyond the last point with a power of at most 1.
 */
export function alongPowers(points: readonly Point[], x: number): number {
  const sorted = rising(points).filter(([a, b]) => a > 0 && b > 0);
  const first = sorted[0];
  if (first === undefined) return 0;
  if (x <= 0) return 0;
  const [[x0, y0], [x1, y1]] = around(sorted, x);
  const most = x > x1 ? 1 : 2;
  const power = x1 === x0 ? 1 : Math.min(most, Math.max(0, Math.log(y1 / y0) / Math.log(x1 / x0)));
  return y1 * (x / x1) ** power;
}

const rising = (points: readonly Point[]): Point[] => points.toSorted(([a], [b]) => a - b);

/** The two points that x lies between, or the two nearest. */
function around(sorted: readonly Point[], x: number): [Point, Point] {
  const after = sorted.findIndex(([a], at) => at > 0 && a >= x);
  const at = after === -1 ? sorted.length - 1 : after;
  return [sorted[Math.max(0, at - 1)]!, sorted[at]!];
}
