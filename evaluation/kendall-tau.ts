/**
 * Kendall's tau-b of two rankings of the same n things, ties in either allowed: (concordant -
 * discordant) / sqrt((pairs not tied in x) (pairs not tied in y)), by counting inversions (Knight
 * 1966), O(n log n). `x` holds small whole numbers from 0 to `largest` (Hamming distances), `y` any
 * numbers; both ascend with distance. `order`: the places to look at by ascending y; all of them
 * when absent. 0 where one of them ties throughout.
 */
export function kendallTau(
  x: ArrayLike<number>,
  largest: number,
  y: Float64Array | Uint32Array,
  order = orderOf(y),
): number {
  if (x.length !== y.length)
    throw new RangeError(`kendallTau: ${x.length} against ${y.length} values`);
  const n = order.length;
  const tree = new Int32Array(largest + 2);
  const totals = new Int32Array(largest + 1);
  let [concordant, discordant, tiedX, tiedY] = [0, 0, 0, 0];
  for (let from = 0; from < n;) {
    let to = from + 1;
    while (to < n && y[order[to]!] === y[order[from]!]) to++;
    tiedY += ((to - from) * (to - from - 1)) / 2;
    // Things of one y are compared with those of smaller y alone, so they are counted before they
    // are added.
    for (let k = from; k < to; k++) {
      const value = x[order[k]!]!;
      const below = sumBefore(tree, value);
      concordant += below;
      discordant += from - below - totals[value]!;
    }
    for (let k = from; k < to; k++) {
      const value = x[order[k]!]!;
      totals[value]! += 1;
      add(tree, value);
    }
    from = to;
  }
  for (const count of totals) tiedX += (count * (count - 1)) / 2;
  const pairs = (n * (n - 1)) / 2;
  const scale = Math.sqrt((pairs - tiedX) * (pairs - tiedY));
  return scale === 0 ? 0 : (concordant - discordant) / scale;
}

function orderOf(y: Float64Array | Uint32Array): Uint32Array {
  return Uint32Array.from({ length: y.length }, (_, i) => i).sort((a, b) => y[a]! - y[b]!);
}

/** How many of the values added so far are below `value` (Fenwick 1994). */
function sumBefore(tree: Int32Array, value: number): number {
  let sum = 0;
  for (let at = value; at > 0; at &= at - 1) sum += tree[at]!;
  return sum;
}

function add(tree: Int32Array, value: number): void {
  for (let at = value + 1; at < tree.length; at += at & -at) tree[at]! += 1;
}
