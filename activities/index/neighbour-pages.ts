import { createReadStream, createWriteStream, type WriteStream } from 'node:fs';
import { once } from 'node:events';
import { finished } from 'node:stream/promises';
import {
  longestInlineLists,
  NEIGHBOUR_READ_BYTES,
  neighbourPageBytes,
  writeLargeNeighbours,
} from '../../kernels/pages/build-neighbour-pages.ts';
import type { ByteStrings } from '../../kernels/pages/keys.ts';
import {
  keyLengthBytes,
  type NeighbourEntries,
  neighbourEntries,
  neighbourKeyEnd,
} from '../../kernels/pages/neighbour-entries.ts';
import { finalBytes } from '../../kernels/pages/run.ts';
import { recordsByHash } from '../../kernels/pages/sorted-records.ts';
import { SLOT_BYTES } from '../../format/page-header.ts';
import { writeFileOf } from '../stage/scratch-file.ts';
import { mergeRuns } from './merge-runs.ts';
import type { ExportPlan } from './name-export.ts';
import type { ListBlock } from './read-lists.ts';

interface NeighbourPagesInput {
  plan: ExportPlan;
  /** Of all items. */
  keys: ByteStrings;
  /** In the order of items, all of them. */
  blocks: AsyncIterable<ListBlock>;
  /** Entries of all lists together. */
  listEntries: number;
  identity: Uint8Array;
  /** About what entries may take in memory. */
  memoryBytes: number;
  /** Where files may lie meanwhile. */
  place: (name: string) => string;
  onProgress: (done: number, total: number) => void;
}

/** Entries are held once as they come and once in order. */
const COPIES = 3;

/**
 * Writes `neighbours.pages`: entries are sorted by as many as fit in memory and then merged, so the
 * bytes do not hang on how many these are. Returns its entries.
 */
export async function writeNeighbourPages(
  file: string,
  input: NeighbourPagesInput,
): Promise<number> {
  const { plan, keys, listEntries, identity, place, onProgress } = input;
  const { items, tables, bits, kind, hasPayloads } = plan;
  const idsAlone = kind === 'int64';
  const pageBytes = neighbourPageBytes(listEntries, items);
  const overflow = place('neighbours.lists');
  const { runs, bytes, overflowBytes } = await sortRuns(input, pageBytes, overflow);
  const tail = keyLengthBytes(idsAlone);
  await mergeRuns(
    file,
    {
      facts: {
        part: 'neighbours',
        keys: kind,
        tables,
        table: 0,
        codeBytes: bits / 8,
        payloads: hasPayloads,
        pageBytes,
        items,
        identity,
      },
      open: () =>
        runs.map((run) => ({
          chunks: createReadStream(run)[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>,
          base: 0,
        })),
      keyEnd: neighbourKeyEnd(idsAlone),
      entries: items,
      bytes,
      overflowBytes,
      finalBytes: ({ bytes: record, start, end, isLarge }) =>
        finalBytes(record, start, end - tail, isLarge, 0) + tail,
      writeLarge: ({ bytes: record, start, end }, seed, out) =>
        writeLargeNeighbours(record, start, end, tail, seed, out, 0),
      overflow: () => (overflowBytes > 0 ? createReadStream(overflow) : []),
      readBytes: NEIGHBOUR_READ_BYTES,
    },
    onProgress,
  );
  return items;

  async function sortRuns(
    { blocks, memoryBytes }: NeighbourPagesInput,
    pageBytes: number,
    overflow: string,
  ) {
    const runs: string[] = [];
    const lists = createWriteStream(overflow);
    let pieces: NeighbourEntries[] = [];
    let first = 0;
    let end = 0;
    let held = 0;
    let bytes = SLOT_BYTES * items;
    let overflowBytes = 0;

    async function writeRun(): Promise<void> {
      if (end === first) return;
      const name = place(`neighbours-${runs.length}.run`);
      const offsets = keys.offsets.subarray(first, end + 1);
      await writeFileOf(name, runOf(pieces, { bytes: keys.bytes, offsets }));
      runs.push(name);
      pieces = [];
      first = end;
      held = 0;
    }

    for await (const block of blocks) {
      const made = neighbourEntries(
        block,
        { ...keys, idsAlone },
        longestInlineLists(pageBytes),
        overflowBytes,
      );
      for (const list of made.large) await writePiece(lists, list);
      overflowBytes += made.largeBytes;
      bytes += made.finalBytes;
      held += made.bytes.length;
      end = block.end;
      pieces.push({ ...made, bytes: made.bytes.slice(), large: [] });
      onProgress(end, 3 * items);
      if (COPIES * held >= memoryBytes) await writeRun();
    }
    await writeRun();
    lists.end();
    await finished(lists);
    return { runs, bytes, overflowBytes };
  }
}

async function writePiece(stream: WriteStream, piece: Uint8Array): Promise<void> {
  if (!stream.write(piece)) await once(stream, 'drain');
}

/** The records of neighbouring items in the order of their hashes. */
function runOf(pieces: readonly NeighbourEntries[], keys: ByteStrings) {
  const sizes = new Uint16Array(keys.offsets.length - 1);
  const pieceOf = new Uint32Array(sizes.length);
  const begins: number[] = [];
  let place = 0;
  for (const [at, piece] of pieces.entries()) {
    begins.push(place);
    sizes.set(piece.sizes, place);
    pieceOf.fill(at, place, place + piece.sizes.length);
    place += piece.sizes.length;
  }
  return recordsByHash(keys, sizes, (item, out, at) => {
    const piece = pieces[pieceOf[item]!]!;
    const own = item - begins[pieceOf[item]!]!;
    out.set(piece.bytes.subarray(piece.starts[own], piece.starts[own + 1]), at);
  });
}
