import { scoreOfByte } from '../../format/neighbour-lists.ts';
import type { ByteStrings } from '../../kernels/pages/keys.ts';
import { publishedIdNeighbours, publishedNeighbours } from '../../schemas/tables.ts';
import { encodeParquet } from '../../store/tables/parquet.ts';
import { encodeUtf8, type Utf8Column } from '../../store/tables/utf8-column.ts';
import { idsOf, type KeyKind, textsOf } from './published-tables.ts';
import type { ListBlock } from './read-lists.ts';

/** By the number of a relation; the order of their names is that of their numbers. */
const NAMES = encodeUtf8(['', 'goes with', 'is like', 'near', 'related'], 'relation');
/**
 * The same few names and the same neighbours stand in every row group: without a dictionary the
 * file would be three times as large.
 */
const PUBLISHED = {
  profile: 'published',
  dictionary: ['item', 'neighbour', 'rank', 'relation', 'known'],
  rowGroupRows: Number.MAX_SAFE_INTEGER,
} as const;

/** A row group of neighbours.parquet: a row an entry, sorted by (item, relation, rank). */
export async function encodeNeighbours(
  kind: KeyKind,
  keys: ByteStrings,
  block: ListBlock,
): Promise<Uint8Array> {
  const { items, relations, scales, starts, neighbours, scores, known } = block;
  const entries = neighbours.length;
  const ofItem = new Uint32Array(entries);
  const ofNeighbour = new Uint32Array(entries);
  const ranks = new Int32Array(entries);
  const score = new Float32Array(entries);
  const linked = new Int32Array(entries);
  const relation = new Uint32Array(entries);
  for (let list = 0; list < items.length; list++) {
    const start = starts[list]!;
    const order = rankOrder(scores, start, starts[list + 1]!);
    for (const [rank, at] of order.entries()) {
      const row = start + rank;
      ofItem[row] = items[list]!;
      ofNeighbour[row] = neighbours[at]!;
      ranks[row] = rank + 1;
      score[row] = scoreOfByte(relations[list]!, scales[list]!, scores[at]!);
      linked[row] = known[at]!;
      relation[row] = relations[list]!;
    }
  }
  const shared = { rank: ranks, score, relation: namesOf(relation), known: linked };
  return kind === 'int64'
    ? await encodeParquet(
        publishedIdNeighbours,
        { item: idsOf(keys, ofItem), neighbour: idsOf(keys, ofNeighbour), ...shared },
        PUBLISHED,
      )
    : await encodeParquet(
        publishedNeighbours,
        { item: textsOf(keys, ofItem), neighbour: textsOf(keys, ofNeighbour), ...shared },
        PUBLISHED,
      );
}

/** Entries [start, end), neighbours rising, by score; of equal ones the smaller number first. */
export function rankOrder(scores: Int32Array, start: number, end: number): Uint32Array {
  const order = Uint32Array.from({ length: end - start }, (_, k) => start + k);
  return order.sort((a, b) => scores[b]! - scores[a]! || a - b);
}

const namesOf = (relations: Uint32Array): Utf8Column => textsOf(NAMES, relations);
