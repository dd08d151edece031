import { u16 } from '../../format/little-endian.ts';
import { IndexFormatError } from '../index-errors.ts';
import type { ReadMeter } from '../ranges/read-meter.ts';
import { decodeKey } from './item-key.ts';
import { listsPlace, type ListsPlace, type NeighbourList, parseLists } from './neighbour-lists.ts';
import { neighbourPlaces, pageEntries } from './page.ts';
import type { PageFile } from './page-file.ts';

/** An entry of a part with lists. */
export interface WalkedLists {
  key: string;
  /** Where it lies in the part. */
  offset: number;
  lists: NeighbourList[];
}

/** Lists that are read at once of the overflow. */
const LISTS_AT_ONCE = 256;

/**
 * All entries of a part with lists, checked, as they lie, but that those of the overflow come some
 * later. Throws IndexFormatError.
 */
export async function* walkLists(
  file: PageFile,
  { withKeys, meter }: { withKeys: boolean; meter?: ReadMeter | undefined },
): AsyncGenerator<WalkedLists, void, undefined> {
  const { header, name } = file;
  let waiting: { key: string; offset: number; place: ListsPlace }[] = [];
  let seen = 0;

  async function readWaiting(): Promise<WalkedLists[]> {
    const some = waiting;
    waiting = [];
    const read = await Promise.all(
      some.map(({ place }) => file.readOverflow(place.elsewhere!, meter)),
    );
    return some.map(({ key, offset, place }, i) => {
      const start = (1 + header.pages) * header.pageBytes + place.elsewhere!.offset;
      const cursor = { bytes: read[i]!, at: 0, part: name, offset: start };
      return { key, offset, lists: parseLists(cursor, header, place.lists, withKeys) };
    });
  }

  for await (const { bytes, offset } of file.runsOfPages(meter)) {
    for (let page = 0; page < bytes.length; page += header.pageBytes) {
      const { count, first, ends } = pageEntries(bytes, page);
      for (let i = 0, start = page + first; i < count; i++, seen++) {
        const end = page + u16(bytes, ends + 2 * i);
        const { keyEnd } = neighbourPlaces(header, bytes, start, end);
        const key = decodeKey(header.keys, bytes.subarray(start, keyEnd));
        if (key === undefined)
          throw new IndexFormatError(name, offset + start, 'a key in UTF-8', 'other bytes');
        const place = listsPlace(name, header, bytes, start, end, offset);
        const at = offset + start;
        start = end;
        if (place.inline)
          yield {
            key,
            offset: at,
            lists: parseLists(place.inline, header, place.lists, withKeys),
          };
        else waiting.push({ key, offset: at, place });
        if (waiting.length === LISTS_AT_ONCE) yield* await readWaiting();
      }
    }
  }
  yield* await readWaiting();
  if (seen !== header.items)
    throw new IndexFormatError(name, 40, `${header.items} entries`, String(seen));
}
