import { createReadStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { checksumSeed } from '../../format/cell-map.ts';
import { crc32c } from '../../format/checksum.ts';
import {
  type FieldColumnEntry,
  fieldColumnsHead,
  MAXIMUM_VALUES_BYTES,
} from '../../format/field-columns.ts';
import { fieldColumn } from '../../kernels/pages/field-column.ts';
import type { ItemSource } from './item-rows.ts';
import { writeFileOf } from '../stage/scratch-file.ts';

interface FieldsInput {
  source: ItemSource;
  identity: Uint8Array;
  /** About what columns may take in memory; one is made in any case. */
  memoryBytes: number;
  /** Where files may lie meanwhile. */
  place: (name: string) => string;
  onProgress: (done: number, total: number) => void;
}

/** A map holds a text of each distinct value, and more than its bytes. */
const MAP_BYTES = 8 * MAXIMUM_VALUES_BYTES;

/**
 * Writes `fields.bin`: what a filter asks of all items, a column a field. Payloads are read once
 * for as many columns as fit in memory. A field of too many distinct values is left out. Returns
 * the number of columns.
 */
export async function writeFields(file: string, input: FieldsInput): Promise<number> {
  const { source, identity, memoryBytes, place, onProgress } = input;
  const { items, fields = {} } = source;
  const names = Object.keys(fields);
  const atOnce = Math.max(1, Math.floor(memoryBytes / (8 * items + MAP_BYTES)));
  const seed = checksumSeed(identity);
  const entries: FieldColumnEntry[] = [];
  for (let first = 0; first < names.length; first += atOnce) {
    const own = names.slice(first, first + atOnce);
    const columns = own.map(() => fieldColumn(items));
    let item = 0;
    for await (const { bytes, offsets } of source.payloads()) {
      const texts = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      for (let i = 0; i + 1 < offsets.length; i++) {
        const text = texts.toString('utf8', Number(offsets[i]), Number(offsets[i + 1]));
        const payload = JSON.parse(text) as Record<string, unknown>;
        for (const [at, name] of own.entries())
          columns[at]!.add(
            Object.hasOwn(payload, name) ? JSON.stringify(payload[name]) : undefined,
          );
      }
      item += offsets.length - 1;
      onProgress(first * items + item * own.length, names.length * items);
    }
    for (const [at, name] of own.entries()) {
      const column = columns[at]!.finish();
      if (!column) continue;
      const { bytes, valuesBytes, placeBytes } = column;
      await writeFile(place(`column-${entries.length}`), bytes);
      entries.push({ name, valuesBytes, placeBytes, crc: crc32c(bytes, 0, bytes.length, seed) });
    }
  }
  const pieces = async function* () {
    yield fieldColumnsHead({ items, columns: entries, identity });
    for (const at of entries.keys()) yield* createReadStream(place(`column-${at}`));
  };
  await writeFileOf(file, pieces());
  return entries.length;
}
