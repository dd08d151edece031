import { RELATIONS, scoreOfByte } from '../../format/neighbour-lists.ts';
import type { SelectedItems } from '../filter/open-fields.ts';
import { withLater } from '../pages/later-lists.ts';
import { findNeighbours } from '../pages/neighbour-lists.ts';
import type { QueryContext } from './query-context.ts';
import type { Match, Relation } from './types.ts';

/** A ranked list as matches, made one by one: most queries take the first ten of fifty. */
export interface RankedList {
  relation: Relation;
  size: number;
  /** Whether `match` knows of all items whether they pass the filter. */
  isFiltered: boolean;
  /** Place k, the best is 0; undefined where a delta has removed the item, or the filter. */
  match(k: number): Match | undefined;
}

/** In which order lists answer where no relation is asked for. */
const PREFERRED: readonly Relation[] = ['related', 'is like', 'near', 'goes with'];

/**
 * The ranked lists of an item; `changed` where a delta has it with other codes or removed it, and
 * has no lists of it either; undefined where the pages do not have it.
 */
export async function listsOf(
  context: QueryContext,
  id: string,
): Promise<RankedList[] | 'changed' | undefined> {
  const { reader, lists, meter, selection } = context;
  if (lists && reader.loaded) return residentLists(context, id, await selection?.loaded(meter));
  const [change, file, laterFile, selected] = await Promise.all([
    reader.delta(meter),
    reader.lists(meter),
    reader.laterLists(meter),
    selection?.pages(meter),
  ]);
  const now = change?.find(id);
  if (now === 'removed' || (now && !laterFile)) return 'changed';
  const [own, later] = await Promise.all([
    now ? undefined : findNeighbours(file, id, meter),
    laterFile && findNeighbours(laterFile, id, meter),
  ]);
  if (now && (later === undefined || later.length === 0)) return 'changed';
  if (!now && !own) return undefined;
  const more = later?.map((list) => ({ ...list, numbers: list.numbers.fill(NOT_OF_PAGES) }));
  return withLater(own ?? [], more ?? []).map(({ relation, numbers, scores, known, keys }) => ({
    relation,
    size: numbers.length,
    isFiltered: now === undefined,
    match(k) {
      const other = change?.find(keys[k]!);
      if (other === 'removed' || (other && selection && !selection.passes(other.payload)))
        return undefined;
      if (!other && selected?.flags[numbers[k]!] === 0) return undefined;
      return { id: keys[k]!, score: scores[k]!, relation, known: known[k] === 1 };
    },
  }));
}

/** In place of the number of a neighbour that came later: lists of a delta have other numbers. */
const NOT_OF_PAGES = 0xffff_ffff;

function residentLists(
  { reader, lists }: QueryContext,
  id: string,
  selected: SelectedItems | undefined,
): RankedList[] | 'changed' | undefined {
  const { keys } = reader.loaded!;
  const number = keys.find(id);
  if (number < 0) return undefined;
  const { numbers, scores, known, starts, lengths, scales } = lists!;
  if (!lists!.hasLists(number)) return 'changed';
  return RELATIONS.flatMap((relation, at) => {
    const start = starts[at]![number]!;
    const size = lengths[at]![number]!;
    const scale = scales[at]![number]!;
    const match = (k: number): Match | undefined => {
      const place = start + k;
      if (selected?.flags[numbers[place]!] === 0) return undefined;
      return {
        id: keys.textOf(numbers[place]!),
        score: Math.fround(scoreOfByte(at + 1, scale, scores[place]!)),
        relation,
        known: ((known[place >>> 3]! >>> (place & 7)) & 1) === 1,
      };
    };
    return size === 0 ? [] : [{ relation, size, isFiltered: true, match }];
  });
}

/** Of which relation, and whether linked with the item already; all where nothing is said. */
export interface WantedMatches {
  relation: Relation | undefined;
  known: boolean | undefined;
}

/**
 * The first `need` matches of the relation that is asked for; where none is, of the one that says
 * most, and then of the others.
 */
export function takeMatches(
  lists: readonly RankedList[],
  { relation, known }: WantedMatches,
  need: number,
): Match[] {
  const matches: Match[] = [];
  const seen = new Set<string>();
  for (const wanted of relation === undefined ? PREFERRED : [relation]) {
    const list = lists.find((each) => each.relation === wanted);
    if (!list) continue;
    for (let k = 0; k < list.size && matches.length < need; k++) {
      const match = list.match(k);
      if (!match || seen.has(match.id) || (known !== undefined && match.known !== known)) continue;
      seen.add(match.id);
      matches.push(match);
    }
  }
  return matches;
}
