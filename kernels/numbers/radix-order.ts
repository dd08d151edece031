/**
 * Orders by radix: the one way that sorts tens of millions of small keys in seconds and is stable,
 * so that ties keep ascending ids.
 */

const DIGIT_BITS = 11;
const DIGITS = 1 << DIGIT_BITS;

/**
 * Sorts `order` (any list of ids) by `keys[i]` ascending, where keys[i] belongs to order[i]; equal
 * keys stay in place. Both arrays are overwritten; `keysScratch` and `orderScratch` have their
 * lengths.
 */
export function sortByU32(
  keys: Uint32Array,
  order: Uint32Array,
  keysScratch: Uint32Array,
  orderScratch: Uint32Array,
): void {
  const n = keys.length;
  if (order.length !== n || keysScratch.length !== n || orderScratch.length !== n)
    throw new RangeError(
      `sort: arrays of ${n}, ${order.length}, ${keysScratch.length} and ${orderScratch.length}`,
    );
  const counts = new Uint32Array(DIGITS);
  let fromKeys = keys;
  let fromOrder = order;
  let toKeys = keysScratch;
  let toOrder = orderScratch;
  for (let shift = 0; shift < 32; shift += DIGIT_BITS) {
    counts.fill(0);
    for (let i = 0; i < n; i++) counts[(fromKeys[i] >>> shift) & (DIGITS - 1)]++;
    if (n === 0 || counts[(fromKeys[0] >>> shift) & (DIGITS - 1)] === n) continue;
    for (let digit = 0, start = 0; digit < DIGITS; digit++) {
      const count = counts[digit];
      counts[digit] = start;
      start += count;
    }
    for (let i = 0; i < n; i++) {
      const key = fromKeys[i];
      const to = counts[(key >>> shift) & (DIGITS - 1)]++;
      toKeys[to] = key;
      toOrder[to] = fromOrder[i];
    }
    [fromKeys, toKeys] = [toKeys, fromKeys];
    [fromOrder, toOrder] = [toOrder, fromOrder];
  }
  if (fromOrder !== order) {
    keys.set(fromKeys);
    order.set(fromOrder);
  }
}
