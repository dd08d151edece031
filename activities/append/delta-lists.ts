import {
  compareKeys,
  DELTA_LISTS_PART,
  encodeKey,
  type openPart,
  walkLists,
} from '@hashloom/lookup/internal';
import { RELATIONS } from '../../format/neighbour-lists.ts';
import { buildNeighbourPages } from '../../kernels/pages/build-neighbour-pages.ts';
import type { RankedLists } from '../../kernels/pages/collect-lists.ts';
import type { KeyColumn } from '../../kernels/pages/keys.ts';
import type { ListColumns } from '../../kernels/pages/neighbour-entries.ts';
import type { PartToWrite } from '../../store/artifacts.ts';

/**
 * A ranked list of an item that came, or what came into the list of one that was there, by keys:
 * they stay what they are from delta to delta.
 */
export interface DeltaList {
  relation: number;
  scale: number;
  keys: string[];
  /** 1 to 255. */
  scores: number[];
  known: number[];
}

/** By the key of the item whose lists they are. */
export type DeltaLists = Map<string, DeltaList[]>;

interface ListsFacts {
  kind: 'utf8' | 'int64';
  tables: number;
  codeBytes: number;
  payloads: boolean;
  /** Of the append. */
  identity: Uint8Array;
}

/**
 * The part with these lists; rows: items that they speak of, which are numbered among themselves.
 * Undefined where there are no lists.
 */
export function buildDeltaLists(lists: DeltaLists, facts: ListsFacts): PartToWrite | undefined {
  const { kind, tables, codeBytes, payloads, identity } = facts;
  const all = new Set<string>();
  for (const [key, own] of lists) {
    all.add(key);
    for (const list of own) for (const other of list.keys) all.add(other);
  }
  if (all.size === 0) return undefined;
  const keys = [...all]
    .map((text) => ({ text, bytes: encodeKey(kind, text)! }))
    .sort((a, b) => compareKeys(kind, a.bytes, b.bytes));
  const numbers = new Map(keys.map(({ text }, number) => [text, number]));
  const column = columnOf(
    kind,
    keys.map(({ bytes }) => bytes),
  );
  const options = { keys: column, tables, codeBytes, payloads, identity };
  const file = buildNeighbourPages(columnsOf(lists, numbers), options);
  return {
    name: DELTA_LISTS_PART,
    bytes: Buffer.concat([...file.chunks()]),
    rows: keys.length,
  };
}

function columnOf(kind: ListsFacts['kind'], keys: readonly Uint8Array[]): KeyColumn {
  if (kind === 'int64') {
    const values = BigInt64Array.from(keys, (key) =>
      new DataView(key.buffer, key.byteOffset).getBigInt64(0, true),
    );
    return { kind, values };
  }
  const offsets = new Uint32Array(keys.length + 1);
  for (const [at, key] of keys.entries()) offsets[at + 1] = offsets[at]! + key.length;
  return { kind, offsets, bytes: Buffer.concat(keys) };
}

function columnsOf(lists: DeltaLists, numbers: ReadonlyMap<string, number>): ListColumns {
  const sorted = [...lists]
    .flatMap(([key, own]) => own.map((list) => ({ item: numbers.get(key)!, list })))
    .sort((a, b) => a.item - b.item || a.list.relation - b.list.relation);
  const starts = new Int32Array(sorted.length + 1);
  for (const [at, { list }] of sorted.entries()) starts[at + 1] = starts[at]! + list.keys.length;
  const entries = starts[sorted.length]!;
  const columns = {
    neighbours: new Int32Array(entries),
    scores: new Int32Array(entries),
    known: new Int32Array(entries),
  };
  let at = 0;
  for (const { list } of sorted) {
    const order = list.keys
      .map((key, k) => ({ number: numbers.get(key)!, k }))
      .sort((a, b) => a.number - b.number);
    for (const { number, k } of order) {
      columns.neighbours[at] = number;
      columns.scores[at] = list.scores[k]!;
      columns.known[at++] = list.known[k]!;
    }
  }
  return {
    first: 0,
    end: numbers.size,
    items: Int32Array.from(sorted, ({ item }) => item),
    relations: Int32Array.from(sorted, ({ list }) => list.relation),
    scales: Float32Array.from(sorted, ({ list }) => list.scale),
    starts,
    ...columns,
  };
}

/** The lists of an earlier delta of the same base. */
export async function readDeltaLists(
  file: Awaited<ReturnType<typeof openPart>>,
): Promise<DeltaLists> {
  const lists: DeltaLists = new Map();
  for await (const { key, lists: own } of walkLists(file, { withKeys: true })) {
    if (own.length === 0) continue;
    lists.set(
      key,
      own.map(({ relation, scale, keys, bytes, known }) => ({
        relation: RELATIONS.indexOf(relation) + 1,
        scale,
        keys,
        scores: [...bytes],
        known: [...known],
      })),
    );
  }
  return lists;
}

/**
 * Lists of rows that pass as lists by keys; a neighbour without a key is left out, and so is a list
 * without neighbours.
 */
export function listsByKey(
  { rows, relations, sizes, scales, neighbours, scores, known }: RankedLists,
  keyOf: (row: number) => string | undefined,
): DeltaLists {
  const lists: DeltaLists = new Map();
  for (let list = 0, start = 0; list < rows.length; start += sizes[list]!, list++) {
    const key = keyOf(rows[list]!);
    if (key === undefined) continue;
    const own: DeltaList = {
      relation: relations[list]!,
      scale: scales[list]!,
      keys: [],
      scores: [],
      known: [],
    };
    for (let at = start; at < start + sizes[list]!; at++) {
      const other = keyOf(neighbours[at]!);
      if (other === undefined) continue;
      own.keys.push(other);
      own.scores.push(scores[at]!);
      own.known.push(known[at]!);
    }
    if (own.keys.length > 0) lists.set(key, [...(lists.get(key) ?? []), own]);
  }
  return lists;
}

/**
 * Earlier lists with later ones: those of an item that came are replaced, what came into those of
 * others is put with what had come. Items that are gone are in none.
 */
export function mergeDeltaLists(
  earlier: DeltaLists,
  later: DeltaLists,
  { isThere, hasCome }: { isThere: (key: string) => boolean; hasCome: (key: string) => boolean },
): DeltaLists {
  const merged: DeltaLists = new Map(later);
  for (const [key, lists] of earlier) {
    if (!isThere(key)) continue;
    const now = merged.get(key);
    if (now && hasCome(key)) continue;
    const left = lists
      .map((list) => keptOf(list, (other) => isThere(other)))
      .filter((list) => list.keys.length > 0);
    if (left.length > 0) merged.set(key, now ? joinedOf(left, now) : left);
  }
  return merged;
}

function keptOf(
  { relation, scale, ...list }: DeltaList,
  keep: (key: string) => boolean,
): DeltaList {
  const places = [...list.keys.keys()].filter((k) => keep(list.keys[k]!));
  return {
    relation,
    scale,
    keys: places.map((k) => list.keys[k]!),
    scores: places.map((k) => list.scores[k]!),
    known: places.map((k) => list.known[k]!),
  };
}

/** Of each relation one list, with bytes by the larger scale; a neighbour of both is the later. */
function joinedOf(earlier: readonly DeltaList[], later: readonly DeltaList[]): DeltaList[] {
  return RELATIONS.flatMap((_, at) => {
    const relation = at + 1;
    const own = earlier.find((list) => list.relation === relation);
    const more = later.find((list) => list.relation === relation);
    if (!own || !more) return own ?? more ?? [];
    const again = new Set(more.keys);
    const rest = keptOf(own, (key) => !again.has(key));
    const scale = Math.max(rest.scale, more.scale);
    const bytesOf = (list: DeltaList): number[] =>
      list.scores.map((byte) => Math.max(1, Math.round((byte * list.scale) / scale)));
    return {
      relation,
      scale,
      keys: [...rest.keys, ...more.keys],
      scores: [...bytesOf(rest), ...bytesOf(more)],
      known: [...rest.known, ...more.known],
    };
  });
}
