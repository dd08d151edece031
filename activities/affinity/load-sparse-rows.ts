import type { SparseRows } from '../../kernels/training/train-rows.ts';
import { Failure } from '../../schemas/failures.ts';
import { AFFINITY } from '../../schemas/tables.ts';
import type { Artifact } from '../../store/artifacts.ts';
import { readTablePart } from '../../store/tables/table-parts.ts';

/**
 * Rows [first, first + rows) of a sorted (row, column) table as CSR; offsets have rows + 1 entries.
 */
export function toSparseRows(
  table: { row: Int32Array; column: Int32Array },
  first: number,
  rows: number,
  where: string,
): SparseRows {
  const { row, column } = table;
  const offsets = new Uint32Array(rows + 1);
  let at = 0;
  while (at < row.length && row[at]! < first) at += 1;
  const start = at;
  for (let r = 0; r < rows; r++) {
    offsets[r] = at - start;
    while (at < row.length && row[at] === first + r) at += 1;
  }
  offsets[rows] = at - start;
  if (at < row.length && row[at]! < first + rows) {
    throw new Failure(
      'IntegrityError',
      `${where}: row ${row[at]} after row ${row[at - 1]} at entry ${at}; expected rising rows`,
    );
  }
  const columns = new Uint32Array(column.buffer, column.byteOffset + 4 * start, at - start);
  return { offsets, columns };
}

/**
 * A sorted part (row, column) of a square of `words` rows as CSR, a row group at a time: of a
 * nonzero 4 bytes are in memory.
 */
export async function readSparseRows(
  artifact: Artifact,
  name: string,
  words: number,
): Promise<SparseRows> {
  const columns = new Uint32Array(
    artifact.manifest.parts.find((part) => part.name === name)?.rows ?? 0,
  );
  const offsets = new Uint32Array(words + 1);
  let at = 0;
  let last = 0;
  for await (const { row, column } of readTablePart(artifact, name, AFFINITY)) {
    for (let k = 0; k < row.length; k++) {
      const r = row[k]!;
      if (r < last || r >= words)
        throw new Failure(
          'IntegrityError',
          `${name}: row ${r} after row ${last} at entry ${at}; expected rising rows below ${words}`,
        );
      while (last < r) offsets[++last] = at;
      columns[at++] = column[k]!;
    }
  }
  while (last < words) offsets[++last] = at;
  return { offsets, columns };
}

/** The values of several arrays, one after the other. */
export function concatenateInt32(arrays: readonly (Int32Array | Uint32Array)[]): Int32Array {
  const joined = new Int32Array(arrays.reduce((sum, array) => sum + array.length, 0));
  let offset = 0;
  for (const array of arrays) {
    joined.set(array, offset);
    offset += array.length;
  }
  return joined;
}
