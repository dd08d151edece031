import { MAXIMUM_VALUES_BYTES } from '../../format/field-columns.ts';

/** The values of a field by item number, as `fields.bin` has them. */
export interface FieldColumn {
  /** The value of the next item in JSON, undefined where it has none. */
  add(value: string | undefined): void;
  /**
   * Undefined where the distinct values take more than a column may hold; RangeError where items
   * are missing.
   */
  finish(): { bytes: Uint8Array; valuesBytes: number; placeBytes: 1 | 2 | 4 } | undefined;
}

/** Of `items` items. Memory: 4 bytes an item, and some of each distinct value. */
export function fieldColumn(items: number): FieldColumn {
  const places = new Uint32Array(items);
  const known = new Map<string, number>();
  const encoder = new TextEncoder();
  let item = 0;
  let valuesBytes = 2;
  let isFull = false;

  return {
    add(value) {
      const number = item++;
      if (value === undefined || isFull) return;
      let place = known.get(value);
      if (place === undefined) {
        valuesBytes += encoder.encode(value).length + (known.size > 0 ? 1 : 0);
        isFull = valuesBytes > MAXIMUM_VALUES_BYTES;
        if (isFull) {
          known.clear();
          return;
        }
        place = known.size + 1;
        known.set(value, place);
      }
      places[number] = place;
    },
    finish() {
      if (item !== items) throw new RangeError(`fields: expected ${items} items, got ${item}`);
      if (isFull) return undefined;
      const values = encoder.encode(`[${[...known.keys()].join(',')}]`);
      const placeBytes = placeBytesOf(known.size);
      const bytes = new Uint8Array(valuesBytes + placeBytes * items);
      bytes.set(values);
      for (let i = 0, at = valuesBytes; i < items; i++)
        for (let k = 0; k < placeBytes; k++) bytes[at++] = places[i] >>> (8 * k);
      return { bytes, valuesBytes, placeBytes };
    },
  };
}

function placeBytesOf(values: number): 1 | 2 | 4 {
  if (values < 2 ** 8) return 1;
  return values < 2 ** 16 ? 2 : 4;
}
