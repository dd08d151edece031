import { checksumSeed } from '../../format/cell-map.ts';
import { compactVector, strideOf } from '../../format/compact-vectors.ts';
import { cellAssigner } from '../../kernels/vectors/assign-cells.ts';
import { buildCellMap } from '../../kernels/vectors/build-cell-map.ts';
import { learnCells } from '../../kernels/vectors/learn-cells.ts';
import type { ItemSource } from '../index/item-rows.ts';
import type { ArtifactContent } from '../stage/produce-artifact.ts';
import { cellWriter } from './cell-writer.ts';

/** Gets the D values of an item from `at` on; its number is asked for where it is needed. */
export type VisitVector = (values: ArrayLike<number>, at: number, numberOf: () => number) => void;

export interface CellsToMake {
  items: Pick<ItemSource, 'items' | 'kind' | 'keys'>;
  dimensions: number;
  seed: number;
  /** The key of the artifact, 16 bytes. */
  identity: Uint8Array;
  /** A folder for what does not fit in memory. */
  scratch: string;
  /** Goes through the vectors of all items in one order; called twice. */
  forEachVector: (visit: VisitVector, keys: Keys) => Promise<void>;
  onProgress: (done: number, total: number) => void;
}

type Keys = Awaited<ReturnType<ItemSource['keys']>>;

/** Of the vectors that cells are learned from. */
const MAX_SAMPLE_BYTES = 64 * 2 ** 20;
const SAMPLED_A_CELL = 48;
const LEAST_SAMPLED_A_CELL = 16;
/** Rows between two reports. */
const STEP_ROWS = 4096;

/** `cells.map` and `cells.bin` of vectors, which are gone through twice. Rows: items. */
export async function makeCells(making: CellsToMake): Promise<ArtifactContent> {
  const { items, dimensions, identity, scratch, seed, onProgress } = making;
  const { items: n, kind } = items;
  const stride = strideOf(dimensions);
  const wanted = Math.max(Math.round(4 * Math.sqrt(n)), Math.round(n / 256));
  const most = Math.min(n, Math.floor(MAX_SAMPLE_BYTES / stride), wanted * SAMPLED_A_CELL);
  const cells = Math.max(1, Math.min(wanted, Math.floor(most / LEAST_SAMPLED_A_CELL)));
  const sample = { rows: new Int8Array(most * stride), scales: new Float32Array(most) };
  const keys = await items.keys();
  let seen = 0;
  let sampled = 0;
  await making.forEachVector((values, at) => {
    const row = seen++;
    if (row % STEP_ROWS === 0) onProgress(row, 2 * n);
    if (sampled === most || Math.floor((row * most) / n) < sampled) return;
    sample.scales[sampled] = compactVector(values, at, dimensions, sample.rows, sampled * stride);
    sampled++;
  }, keys);
  const learned = learnCells(
    {
      rows: sample.rows.subarray(0, sampled * stride),
      scales: sample.scales.subarray(0, sampled),
    },
    { dimensions, cells, seed },
    () => onProgress(n, 2 * n),
  );
  const cellOf = cellAssigner(learned);
  const writer = cellWriter(
    { items: n, dimensions, cells: learned.cells.halfSquares.length },
    scratch,
  );
  const rounded = new Int8Array(stride);
  const asked = new Int16Array(stride);
  await making.forEachVector((values, at, numberOf) => {
    if (seen++ % STEP_ROWS === 0) onProgress(seen, 2 * n);
    const scale = compactVector(values, at, dimensions, rounded, 0);
    asked.set(rounded);
    writer.add({
      cell: cellOf(asked, scale),
      number: numberOf(),
      scale,
      values: rounded.subarray(0, dimensions),
    });
  }, keys);
  const { content, written } = writer.finish(
    { ...keys, idsAlone: kind === 'int64' },
    checksumSeed(identity),
    () => onProgress(2 * n, 2 * n),
  );
  return {
    parts: [
      {
        name: 'cells.map',
        bytes: buildCellMap(learned, written, { keys: kind, identity }),
        rows: written.length,
      },
      { name: 'cells.bin', ...content, rows: n },
    ],
    rows: n,
    facts: { cells: written.length, dimensions },
  };
}
