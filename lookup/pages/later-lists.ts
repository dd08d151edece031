import { NEAR, RELATIONS } from '../../format/neighbour-lists.ts';
import type { NeighbourList } from './neighbour-lists.ts';

/** Lists of items that an append brought, and what it adds to lists of the items before it. */
export const DELTA_LISTS_PART = 'delta-neighbours.pages';

/**
 * The lists of an item with what came later among what was there, by score; of equal scores what
 * was there comes first. An item that came again has its later score. Scores of the relation `near`
 * are of another kind and stay as they are.
 */
export function withLater(
  lists: readonly NeighbourList[],
  later: readonly NeighbourList[],
): NeighbourList[] {
  return RELATIONS.flatMap((relation, at) => {
    const own = lists.find((list) => list.relation === relation);
    const more = at + 1 === NEAR ? undefined : later.find((list) => list.relation === relation);
    if (!own || !more) return own ?? more ?? [];
    return mergeLists(own, more);
  });
}

function mergeLists(own: NeighbourList, later: NeighbourList): NeighbourList {
  const scale = Math.max(own.scale, later.scale);
  const hasKeys = own.keys.length > 0;
  const again = new Set<string | number>(hasKeys ? later.keys : later.numbers);
  const places = [
    ...Array.from(own.numbers, (number, k) => ({ list: own, k, number })).filter(
      ({ k, number }) => !again.has(hasKeys ? own.keys[k]! : number),
    ),
    ...Array.from(later.numbers, (number, k) => ({ list: later, k, number })),
  ].map((place) => ({ ...place, byte: byteAt(place.list, place.k, scale) }));
  places.sort((a, b) => b.byte - a.byte);
  return {
    relation: own.relation,
    scale,
    numbers: Uint32Array.from(places, ({ number }) => number),
    bytes: Uint8Array.from(places, ({ byte }) => byte),
    scores: Float32Array.from(places, ({ byte }) => (scale * byte) / 255),
    known: Uint8Array.from(places, ({ list, k }) => list.known[k]!),
    keys: hasKeys ? places.map(({ list, k }) => list.keys[k]!) : [],
  };
}

/** A score byte by another scale; 0 is no score. */
function byteAt({ bytes, scale: own }: NeighbourList, k: number, scale: number): number {
  return own === scale ? bytes[k]! : Math.max(1, Math.round((bytes[k]! * own) / scale));
}
