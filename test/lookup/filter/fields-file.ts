import { checksumSeed } from '../../../format/cell-map.ts';
import { crc32c } from '../../../format/checksum.ts';
import { fieldColumnsHead } from '../../../format/field-columns.ts';
import { fieldColumn } from '../../../kernels/pages/field-column.ts';
import type { ByteStrings } from '../../../kernels/pages/keys.ts';
import type { FieldTypes } from '../../../schemas/field-types.ts';

/** `fields.bin` of payloads in JSON. */
export function fieldsFile(
  { bytes, offsets }: ByteStrings,
  fields: FieldTypes,
  identity: string,
): Uint8Array {
  const own = Uint8Array.from(Buffer.from(identity, 'hex'));
  const items = offsets.length - 1;
  const payloads = Array.from({ length: items }, (_, i) => {
    const text = Buffer.from(bytes.subarray(offsets[i], offsets[i + 1])).toString();
    return JSON.parse(text) as Record<string, unknown>;
  });
  const columns = Object.keys(fields).flatMap((name) => {
    const column = fieldColumn(items);
    for (const payload of payloads)
      column.add(name in payload ? JSON.stringify(payload[name]) : undefined);
    const made = column.finish();
    return made ? [{ name, ...made }] : [];
  });
  const seed = checksumSeed(own);
  const head = fieldColumnsHead({
    items,
    columns: columns.map(({ name, bytes: column, valuesBytes, placeBytes }) => ({
      name,
      valuesBytes,
      placeBytes,
      crc: crc32c(column, 0, column.length, seed),
    })),
    identity: own,
  });
  return new Uint8Array(Buffer.concat([head, ...columns.map((column) => column.bytes)]));
}
