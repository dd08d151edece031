import type { Artifact } from '../../store/artifacts.ts';
import { streamLists } from '../../store/tables/stream-column.ts';
import { encodeGroups, type KeyKind, MAX_ROWS, textsOf } from './published-tables.ts';

/**
 * Row groups of groups.parquet out of the files of buckets, in their order. Groups are numbered
 * from 0; a row group of buckets is one of groups, or none.
 */
export async function* groupRows(
  files: readonly { artifact: Artifact; part: string }[],
  kind: KeyKind,
): AsyncGenerator<{ bytes: Uint8Array; rows: number }, void, undefined> {
  let group = 0;
  for (const { artifact, part } of files) {
    for await (const { offsets, bytes, ends } of streamLists(
      await artifact.partBlob(part),
      'items',
      kind === 'int64' ? 'list<int64>' : 'list<utf8>',
      part,
    )) {
      const places: number[] = [];
      const [groups, sizes] = [[] as number[], [] as number[]];
      for (let b = 0; b + 1 < offsets.length; b++) {
        const size = offsets[b + 1]! - offsets[b]!;
        if (size < 2) continue;
        for (let at = offsets[b]!; at < offsets[b + 1]!; at++) {
          places.push(at);
          groups.push(group);
          sizes.push(size);
        }
        group++;
      }
      // A bucket that is larger than a row group comes alone.
      for (let first = 0; first < places.length; first += MAX_ROWS) {
        const end = Math.min(places.length, first + MAX_ROWS);
        const chosen = Uint32Array.from(places.slice(first, end));
        const items =
          kind === 'int64' ? idsAt(bytes, chosen) : textsOf({ bytes, offsets: ends! }, chosen);
        yield {
          bytes: await encodeGroups(
            kind,
            items,
            Int32Array.from(groups.slice(first, end)),
            Int32Array.from(sizes.slice(first, end)),
          ),
          rows: end - first,
        };
      }
    }
  }
}

function idsAt(bytes: Uint8Array, places: Uint32Array): BigInt64Array {
  const all = new BigInt64Array(bytes.buffer, bytes.byteOffset, bytes.length / 8);
  return BigInt64Array.from(places, (place) => all[place]!);
}
