/**
 * What codes could reach on this D: overlapping clusters by greedy local moves, L labels an item,
 * judged as codes are. A yardstick of how hard D is, without embeddings. V items, L labels an item;
 * label l is at first the entry l = i L + t of one item alone.
 */

import { RandomStream } from '../kernels/numbers/random.ts';
import { shuffle } from '../kernels/numbers/shuffle.ts';
import type { SparseRows } from '../kernels/training/train-rows.ts';

interface GreedyOptions {
  /** L. */
  tables: number;
  /**
   * How much an item of the cluster that is no neighbour costs, where a neighbour gained is worth
   * 1.
   */
  cost: number;
  sweeps: number;
  seed: number;
}

/** Purpose of the order of items; see PURPOSE in kernels/numbers/random.ts for the others. */
const PURPOSE_GREEDY = 65;

/**
 * Sweeps over the items in random order: each label in turn is given up for the one of a neighbour
 * that gains most, counted as neighbours that no other label of the item covers less `cost` times
 * the members that are none; the item's own, empty label where none gains. Returns (V, L) labels.
 */
export function greedyClusters(
  affinity: SparseRows,
  { tables, cost, sweeps, seed }: GreedyOptions,
): Uint32Array {
  const items = affinity.offsets.length - 1;
  const labels = Uint32Array.from({ length: items * tables }, (_, entry) => entry);
  const members: Set<number>[] = Array.from(
    labels,
    (entry) => new Set([Math.floor(entry / tables)]),
  );
  const order = Uint32Array.from({ length: items }, (_, item) => item);
  const covered = new Uint32Array(items);
  let stamp = 0;
  for (let sweep = 0; sweep < sweeps; sweep++) {
    shuffle(order, new RandomStream(seed, PURPOSE_GREEDY, sweep));
    for (const item of order) for (let t = 0; t < tables; t++) relabel(item, t);
  }
  return labels;

  function relabel(item: number, table: number): void {
    const at = item * tables + table;
    const others = [...labels.subarray(item * tables, item * tables + tables)].filter(
      (_, t) => t !== table,
    );
    if (!others.includes(labels[at]!)) members[labels[at]!]!.delete(item);
    stamp += 1;
    for (const label of others) for (const member of members[label]!) covered[member] = stamp;
    const gained = new Map<number, number>();
    const linked = new Map<number, number>();
    for (let n = affinity.offsets[item]!; n < affinity.offsets[item + 1]!; n++) {
      const neighbour = affinity.columns[n]!;
      for (const label of new Set(
        labels.subarray(neighbour * tables, neighbour * tables + tables),
      )) {
        linked.set(label, (linked.get(label) ?? 0) + 1);
        if (covered[neighbour] !== stamp) gained.set(label, (gained.get(label) ?? 0) + 1);
      }
    }
    let best = at;
    let most = 0;
    for (const [label, gain] of gained) {
      if (others.includes(label)) continue;
      const value = gain - cost * (members[label]!.size - linked.get(label)!);
      if (value > most) {
        most = value;
        best = label;
      }
    }
    labels[at] = best;
    members[best]!.add(item);
  }
}
