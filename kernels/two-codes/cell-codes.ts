import { compactVector, strideOf } from '../../format/compact-vectors.ts';
import { cellAssigner } from '../vectors/assign-cells.ts';
import { learnCells } from '../vectors/learn-cells.ts';
import type { CodeVectors } from './code-vectors.ts';

interface CellSettings {
  /** Rows of a cell in the mean. */
  cellItems: number;
  seed: number;
}

/** Of the vectors that cells are learned from. */
const MAX_SAMPLE_BYTES = 64 * 2 ** 20;
const SAMPLED_A_CELL = 48;
const STEP_ROWS = 4096;

/**
 * The cell of each of n rows: rows whose answering vectors point the same way share one, by k-means
 * over directions. A range of rows gets the same cells whatever the range.
 */
export function cellsOfRows(
  vectors: CodeVectors,
  n: number,
  { cellItems, seed }: CellSettings,
  onProgress: (done: number, total: number) => void,
): Uint32Array {
  const { width } = vectors;
  const stride = strideOf(width);
  const cells = Math.max(1, Math.round(n / cellItems));
  const most = Math.min(n, Math.floor(MAX_SAMPLE_BYTES / stride), cells * SAMPLED_A_CELL);
  const sample = { rows: new Int8Array(most * stride), scales: new Float32Array(most) };
  const chosen = Uint32Array.from({ length: most }, (_, k) => Math.floor((k * n) / most));
  for (let from = 0; from < most; from += STEP_ROWS) {
    const some = vectors.answering(chosen.subarray(from, Math.min(from + STEP_ROWS, most)));
    for (let k = 0; k * width < some.length; k++)
      sample.scales[from + k] = compactVector(
        some,
        k * width,
        width,
        sample.rows,
        (from + k) * stride,
      );
  }
  const learned = learnCells(sample, { dimensions: width, cells, seed }, () => onProgress(0, n));
  const cellOf = cellAssigner(learned);
  const rounded = new Int8Array(stride);
  const asked = new Int16Array(stride);
  const own = new Uint32Array(n);
  for (let from = 0; from < n; from += STEP_ROWS) {
    onProgress(from, n);
    const to = Math.min(from + STEP_ROWS, n);
    const some = vectors.answering(Uint32Array.from({ length: to - from }, (_, k) => from + k));
    for (let row = from; row < to; row++) {
      const scale = compactVector(some, (row - from) * width, width, rounded, 0);
      asked.set(rounded);
      own[row] = cellOf(asked, scale);
    }
  }
  return own;
}

/**
 * The code of each row's cell, (n, w) bytes: bit by bit what most of the answering codes in it
 * have, a tie set. Two cells with the same code are one bucket.
 */
export function cellCodes(
  cellOf: Uint32Array,
  answering: Uint8Array,
  codeBytes: number,
): Uint8Array {
  const n = cellOf.length;
  if (answering.length !== n * codeBytes)
    throw new RangeError(`${answering.length} bytes of ${n} codes of ${codeBytes}`);
  const cells = cellOf.reduce((most, cell) => Math.max(most, cell + 1), 0);
  const votes = new Int32Array(cells * 8 * codeBytes);
  for (let row = 0; row < n; row++)
    for (let bit = 0, at = cellOf[row] * 8 * codeBytes; bit < 8 * codeBytes; bit++, at++)
      votes[at] += (answering[row * codeBytes + (bit >> 3)] >> (7 - (bit & 7))) & 1 ? 1 : -1;
  const codes = new Uint8Array(cells * codeBytes);
  for (let at = 0; at < votes.length; at++) if (votes[at] >= 0) codes[at >> 3] |= 0x80 >> (at & 7);
  const out = new Uint8Array(n * codeBytes);
  for (let row = 0; row < n; row++)
    out.set(
      codes.subarray(cellOf[row] * codeBytes, (cellOf[row] + 1) * codeBytes),
      row * codeBytes,
    );
  return out;
}
