import { precisionAt } from '../../../evaluation/precision-at.ts';
import type { LinearMethod } from '../../../hashers/documents/linear/linear-input.ts';
import { takeRows, type TrainingDocuments } from '../../../hashers/documents/training-documents.ts';
import { encodeSparse } from '../../../kernels/documents/encode-sparse.ts';
import { RandomStream } from '../../../kernels/numbers/random.ts';

const LABELS = 4;
const OWN = 10;
const COMMON = 60;

/**
 * Documents with three words of their label's own ten and nine of sixty that say nothing; every
 * tenth has a second label with words of its own.
 */
export function labelledDocuments(n: number, seed = 1): TrainingDocuments {
  const stream = new RandomStream(seed, 97);
  const rows: number[][] = [];
  const labels: number[][] = [];
  for (let r = 0; r < n; r++) {
    const own = r % 10 === 9 ? [r % LABELS, (r + 1) % LABELS] : [r % LABELS];
    const words = new Set(
      own.flatMap((label) => Array.from({ length: 3 }, () => label * OWN + stream.below(OWN))),
    );
    while (words.size < 9 + 2 * own.length) words.add(LABELS * OWN + stream.below(COMMON));
    rows.push([...words].toSorted((a, b) => a - b));
    labels.push(own.toSorted((a, b) => a - b));
  }
  return {
    rows: {
      offsets: offsetsOf(rows),
      terms: Int32Array.from(rows.flat()),
      weights: Float32Array.from(rows.flatMap((row) => row.map(() => 1 / Math.sqrt(row.length)))),
    },
    terms: LABELS * OWN + COMMON,
    labels: { offsets: offsetsOf(labels), values: Int32Array.from(labels.flat()), count: LABELS },
  };
}

function offsetsOf(lists: number[][]): Int32Array {
  const offsets = new Int32Array(lists.length + 1);
  for (const [at, list] of lists.entries()) offsets[at + 1] = offsets[at]! + list.length;
  return offsets;
}

/** Precision of the 20 nearest of all documents but the last hundred, which ask. */
export function precisionOf(
  method: LinearMethod,
  documents: TrainingDocuments,
  bits: number,
): number {
  const n = documents.rows.offsets.length - 1;
  const part = (from: number, to: number) =>
    takeRows(
      documents,
      Array.from({ length: to - from }, (_, at) => from + at),
    );
  const [database, queries] = [part(0, n - 100), part(n - 100, n)];
  const layers = method({ documents: database, bits, seed: 1, onProgress: () => undefined });
  const coded = ({ rows, labels }: TrainingDocuments) => {
    const codes = new Uint8Array(((rows.offsets.length - 1) * bits) / 8);
    encodeSparse(rows, layers, codes);
    return { codes, labels };
  };
  return precisionAt(coded(queries), coded(database), bits, 20).expected;
}
