import type { RangeReader } from '@hashloom/lookup';
import { type CellParts } from '@hashloom/lookup/internal';
import { compactVector, strideOf } from '../../../format/compact-vectors.ts';
import { checksumSeed } from '../../../format/cell-map.ts';
import { cellAssigner } from '../../../kernels/vectors/assign-cells.ts';
import { buildCellMap, type WrittenCell } from '../../../kernels/vectors/build-cell-map.ts';
import { cellsOfRecords, recordBytes, writeRecord } from '../../../kernels/vectors/cell-records.ts';
import { learnCells } from '../../../kernels/vectors/learn-cells.ts';
import { type KeyColumn, storedKeys } from '../../../kernels/pages/keys.ts';

const CELLS_IDENTITY = Uint8Array.from({ length: 16 }, (_, i) => i);

export interface CellFiles {
  map: Uint8Array;
  bin: Uint8Array;
}

/** `cells.map` and `cells.bin` of vectors, (n, D). */
export function buildCells(
  vectors: Float32Array,
  { dimensions: D, cells, keys }: { dimensions: number; cells: number; keys: KeyColumn },
): CellFiles {
  const n = vectors.length / D;
  const stride = strideOf(D);
  const sample = { rows: new Int8Array(n * stride), scales: new Float32Array(n) };
  for (let i = 0; i < n; i++)
    sample.scales[i] = compactVector(vectors, i * D, D, sample.rows, i * stride);
  const learned = learnCells(sample, { dimensions: D, cells, seed: 1 }, () => {});
  const cellOf = cellAssigner(learned);
  const size = recordBytes(D);
  const records = new Uint8Array(n * size);
  const view = new DataView(records.buffer);
  const values = new Int16Array(stride);
  for (let number = 0; number < n; number++) {
    const row = sample.rows.subarray(number * stride, number * stride + D);
    values.set(row);
    const scale = sample.scales[number]!;
    writeRecord(view, number * size, { cell: cellOf(values, scale), number, scale, values: row });
  }
  const written: WrittenCell[] = [];
  const contents: Uint8Array[] = [];
  const seed = checksumSeed(CELLS_IDENTITY);
  const stored = { ...storedKeys(keys), idsAlone: keys.kind === 'int64' };
  for (const { content, ...cell } of cellsOfRecords({
    records,
    dimensions: D,
    keys: stored,
    seed,
  })) {
    written.push(cell);
    contents.push(content);
  }
  const map = buildCellMap(learned, written, { keys: keys.kind, identity: CELLS_IDENTITY });
  return { map, bin: new Uint8Array(Buffer.concat(contents)) };
}

/** The parts of files in memory, and what was read of them. */
export function cellParts(
  { map, bin }: CellFiles,
  items: number,
): CellParts & { reads: [part: string, bytes: number][] } {
  const reads: [string, number][] = [];
  const readerOf = (part: string, bytes: Uint8Array): RangeReader => ({
    read: async (start, end) => {
      reads.push([part, end - start]);
      return bytes.slice(start, end);
    },
  });
  return {
    open: (name) => readerOf(name, name === 'cells.map' ? map : bin),
    expected: {
      items,
      mapBytes: map.length,
      binBytes: bin.length,
      identity: Buffer.from(CELLS_IDENTITY).toString('hex'),
    },
    reads,
  };
}
