import type { TableColumns, TableSchema, WritableColumns } from './columns.ts';
import type { GrowingFile } from '../growing-file.ts';
import { tableEncoder } from './encode-table.ts';
import { ROW_GROUP_ROWS } from './table-format.ts';

/** Columns of integers. */
type IntegerSchema = Readonly<Record<string, 'int32' | 'int64'>>;

interface TableWriter<S extends TableSchema> {
  /** The first `count` rows of these columns come next; they are copied. */
  add(columns: TableColumns<S>, count: number): void;
  /** What was written, or the local file that holds it, and its rows. */
  finish(): { content: ReturnType<GrowingFile['finish']>; rows: number };
}

/**
 * A table that grows in a file: the bytes that `encodeTable` gives of all its rows; one row group
 * is in memory.
 */
export function createTableWriter<S extends IntegerSchema>(
  schema: S,
  file: GrowingFile,
  rowGroupRows = ROW_GROUP_ROWS,
): TableWriter<S> {
  const encoder = tableEncoder(schema, (bytes) => file.push(bytes));
  const names = Object.keys(schema);
  let room = 0;
  let held: Record<string, Int32Array | BigInt64Array> = {};
  let filled = 0;
  let rows = 0;

  function makeRoom(wanted: number): void {
    if (wanted <= room) return;
    room = Math.min(rowGroupRows, Math.max(wanted, 2 * room, 4096));
    held = Object.fromEntries(
      names.map((name) => {
        const grown = schema[name] === 'int32' ? new Int32Array(room) : new BigInt64Array(room);
        const before = held[name];
        if (before) (grown as Int32Array).set((before as Int32Array).subarray(0, filled));
        return [name, grown];
      }),
    );
  }

  function flush(): void {
    if (filled > 0) encoder.groupsOf(held as unknown as WritableColumns<S>)(0, filled);
    filled = 0;
  }

  return {
    add(columns, count) {
      rows += count;
      for (let from = 0; from < count;) {
        const taken = Math.min(count - from, rowGroupRows - filled);
        makeRoom(filled + taken);
        for (const name of names)
          (held[name] as Int32Array).set(
            (columns[name] as Int32Array).subarray(from, from + taken),
            filled,
          );
        filled += taken;
        from += taken;
        if (filled === rowGroupRows) flush();
      }
    },
    finish() {
      flush();
      encoder.finish();
      return { content: file.finish(), rows };
    },
  };
}
