import { readFileSync } from 'node:fs';
import { encodeNeighbours } from '../../activities/index/neighbour-rows.ts';
import { type ListBlock, readLists } from '../../activities/index/read-lists.ts';
import { varintBytes } from '../../format/varint.ts';
import { buildNeighbourPages } from '../../kernels/pages/build-neighbour-pages.ts';
import { VOCABULARY } from '../../schemas/tables.ts';
import type { Store } from '../../store/store.ts';
import { decodeParquet } from '../../store/tables/parquet.ts';
import { encodeUtf8 } from '../../store/tables/utf8-column.ts';
import type { CountedCorpus } from './count-corpus.ts';

/** Bytes of the lists of all items, as they are published. */
interface ListBytes {
  items: number;
  /** Of both relations together. */
  entries: number;
  /** `neighbours.parquet` and `neighbours.pages`. */
  parquet: number;
  pages: number;
  /** What pages would hold without the keys of neighbours: numbers, scores, known links. */
  withoutKeys: number;
}

export async function listBytes(store: Store, counted: CountedCorpus): Promise<ListBytes> {
  const { lists, words, vocabulary } = counted;
  const { word } = await decodeParquet(readFileSync(vocabulary), VOCABULARY);
  const keys = encodeUtf8(word, 'word');
  const blocks: ListBlock[] = [];
  let parquet = 0;
  let withoutKeys = 0;
  for await (const block of readLists(
    store,
    { ...lists!.input, ranges: lists!.ranges },
    0,
    words,
  )) {
    blocks.push(block);
    parquet += (await encodeNeighbours('utf8', keys, block)).length;
    withoutKeys += bytesWithoutKeys(block);
  }
  const all = joined(blocks, words);
  const { totalBytes } = buildNeighbourPages(all, {
    keys: { kind: 'utf8', ...keys },
    tables: 1,
    codeBytes: 4,
    payloads: false,
    identity: new Uint8Array(16),
  });
  const entries = all.neighbours.length;
  return { items: words, entries, parquet, pages: totalBytes, withoutKeys };
}

function bytesWithoutKeys({ items, starts, neighbours }: ListBlock): number {
  let bytes = 0;
  for (let list = 0; list < items.length; list++) {
    const [start, end] = [starts[list]!, starts[list + 1]!];
    bytes += 5 + varintBytes(end - start) + (end - start) + Math.ceil((end - start) / 8);
    for (let at = start; at < end; at++)
      bytes += varintBytes(at === start ? neighbours[at]! : neighbours[at]! - neighbours[at - 1]!);
  }
  return bytes;
}

function joined(blocks: readonly ListBlock[], items: number): ListBlock {
  const join = (column: 'items' | 'relations' | 'neighbours' | 'scores' | 'known') =>
    Int32Array.from(blocks.flatMap((block) => [...block[column]]));
  const starts = [0];
  for (const block of blocks)
    for (let list = 0; list < block.items.length; list++)
      starts.push((starts.at(-1) ?? 0) + block.starts[list + 1]! - block.starts[list]!);
  return {
    first: 0,
    end: items,
    items: join('items'),
    relations: join('relations'),
    scales: Float32Array.from(blocks.flatMap(({ scales }) => [...scales])),
    starts: Int32Array.from(starts),
    neighbours: join('neighbours'),
    scores: join('scores'),
    known: join('known'),
  };
}
