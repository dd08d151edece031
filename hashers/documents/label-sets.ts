import type { TrainingDocuments } from './training-documents.ts';

/**
 * Documents by the labels that they have: far fewer sets than documents, so sums over pairs become
 * sums over sets.
 */
export interface LabelSets {
  /** Labels of each set, ascending. */
  sets: Int32Array[];
  /** The set of each document. */
  setOf: Int32Array;
}

export function labelSets({ labels: { offsets, values } }: TrainingDocuments): LabelSets {
  const sets: Int32Array[] = [];
  const numbers = new Map<string, number>();
  const setOf = new Int32Array(offsets.length - 1);
  for (let r = 0; r < setOf.length; r++) {
    const set = Int32Array.from(new Set(values.subarray(offsets[r], offsets[r + 1]))).sort();
    const name = set.join();
    if (!numbers.has(name)) numbers.set(name, sets.push(set) - 1);
    setOf[r] = numbers.get(name)!;
  }
  return { sets, setOf };
}

/**
 * v -> S v, S_ij = 1 where documents i and j share a label, else -1. Holds a byte a pair of sets.
 */
export function labelSimilarity({ sets, setOf }: LabelSets): (v: Float64Array) => Float64Array {
  const g = sets.length;
  const meets = new Uint8Array(g * g);
  for (let a = 0; a < g; a++) {
    const own = new Set(sets[a]);
    for (let b = 0; b < g; b++) meets[a * g + b] = sets[b]!.some((label) => own.has(label)) ? 1 : 0;
  }
  return (v) => {
    const sums = new Float64Array(g);
    let all = 0;
    for (const [r, set] of setOf.entries()) {
      sums[set]! += v[r]!;
      all += v[r]!;
    }
    const own = new Float64Array(g);
    for (let a = 0; a < g; a++)
      for (let b = 0; b < g; b++) if (meets[a * g + b] === 1) own[a]! += sums[b]!;
    return Float64Array.from(setOf, (set) => 2 * own[set]! - all);
  };
}
