import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { WrittenCell } from '../../kernels/vectors/build-cell-map.ts';
import {
  cellsOfRecords,
  recordBytes,
  type RecordsInput,
  writeRecord,
} from '../../kernels/vectors/cell-records.ts';
import { growingFile } from '../../store/growing-file.ts';

/** Puts items in their cells, in any order, within about 100 MiB. */
interface CellWriter {
  add(record: Parameters<typeof writeRecord>[2]): void;
  /** `cells.bin`, and what it has; adds nothing afterwards. */
  finish(
    keys: RecordsInput['keys'],
    seed: number,
    onStep: () => void,
  ): { content: { bytes: Uint8Array } | { file: string }; written: WrittenCell[] };
}

/** Of the records of neighbouring cells, which are sorted at once. */
const PARTITION_BYTES = 32 * 2 ** 20;
/** Of all records, and of the file, before they leave memory. */
const BYTES_IN_MEMORY = 32 * 2 ** 20;

/** Records go to files by ranges of cells in the folder `scratch`, where they are many. */
export function cellWriter(
  { items, dimensions, cells }: { items: number; dimensions: number; cells: number },
  scratch: string,
): CellWriter {
  const size = recordBytes(dimensions);
  const count = Math.min(cells, Math.ceil((items * size) / PARTITION_BYTES)) || 1;
  const partitions = Array.from({ length: count }, (_, p) =>
    growingFile(join(scratch, `records-${p}`), BYTES_IN_MEMORY / count),
  );
  const buffer = new Uint8Array(size);
  const view = new DataView(buffer.buffer);
  return {
    add(record) {
      writeRecord(view, 0, record);
      partitions[Math.floor((record.cell * count) / cells)]!.push(buffer);
    },
    finish(keys, seed, onStep) {
      const bin = growingFile(join(scratch, 'cells.bin'), BYTES_IN_MEMORY);
      const written: WrittenCell[] = [];
      for (const partition of partitions) {
        onStep();
        const stored = partition.finish();
        const records = 'file' in stored ? readFileSync(stored.file) : stored.bytes;
        if ('file' in stored) rmSync(stored.file);
        for (const { content, ...cell } of cellsOfRecords({ records, dimensions, keys, seed })) {
          bin.push(content);
          written.push(cell);
        }
      }
      return { content: bin.finish(), written };
    },
  };
}
