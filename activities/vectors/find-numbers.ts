import type { ByteStrings } from '../../kernels/pages/keys.ts';
import { Failure } from '../../schemas/failures.ts';

/**
 * Item numbers by their ids, among keys as the index stores them, in their order. Throws DataError
 * on an id that is not there: the vectors have changed since they were encoded.
 */
export function numberFinder(
  kind: 'utf8' | 'int64',
  keys: ByteStrings,
): (id: bigint | string) => number {
  const compare = kind === 'int64' ? compareIds(keys) : compareWords(keys);
  const items = keys.offsets.length - 1;
  return (id) => {
    const difference = compare(id);
    let [low, high] = [0, items - 1];
    while (low <= high) {
      const middle = (low + high) >> 1;
      const order = difference(middle);
      if (order === 0) return middle;
      if (order > 0) low = middle + 1;
      else high = middle - 1;
    }
    throw new Failure(
      'DataError',
      `vectors: the id ${id} was not there when they were encoded; run again`,
    );
  };
}

/** Of an id, how it lies to the key of an item: above 0 where it comes after it. */
type Compare = (id: bigint | string) => (number: number) => number;

function compareIds({ bytes, offsets }: ByteStrings): Compare {
  const ids = new BigInt64Array(bytes.buffer, bytes.byteOffset, offsets.length - 1);
  return (id) => {
    const own = BigInt(id);
    return (number) => Number(own > ids[number]!) - Number(own < ids[number]!);
  };
}

function compareWords({ bytes, offsets }: ByteStrings): Compare {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return (id) => {
    const own = Buffer.from(String(id));
    return (number) =>
      own.compare(all, Number(offsets[number]), Number(offsets[number + 1]), 0, own.length);
  };
}
