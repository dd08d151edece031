/** At most `count` of the numbers below `items`, at even distances. */
export function evenly(items: number, count: number): Uint32Array {
  const n = Math.min(items, count);
  return Uint32Array.from({ length: n }, (_, k) => Math.floor((k * items) / n));
}

/** `evenly` in an order that goes back and forth, so that the first ones come from everywhere. */
export function scattered(items: number, count: number): Uint32Array {
  const even = evenly(items, count);
  const n = even.length;
  let step = Math.max(1, Math.round(0.618 * n));
  while (divisor(step, n) > 1) step++;
  return Uint32Array.from(even, (_, k) => even[(k * step) % n]!);
}

function divisor(a: number, b: number): number {
  return b === 0 ? a : divisor(b, a % b);
}
