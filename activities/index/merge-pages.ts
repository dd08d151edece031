import { itemPageBytes } from '../../kernels/pages/build-pages.ts';
import { type KeyEnd, type MergedEntry, mergeEntries } from '../../kernels/pages/merge-entries.ts';
import { seedOf } from '../../format/checksum.ts';
import { varintBytes } from '../../format/varint.ts';
import { DEFAULT_PAGE_BYTES, type PageFileFacts, pageHeader } from '../../kernels/pages/layout.ts';
import { finalBytes, writeLargeEntry } from '../../kernels/pages/run.ts';
import { type Spread, TURNS, trySpreads, writePages } from '../../kernels/pages/stream.ts';
import type { Artifact } from '../../store/artifacts.ts';
import { writeFileOf } from '../stage/scratch-file.ts';
import type { ExportPlan } from './name-export.ts';

/**
 * Merges the runs of ranges to a page file, in two turns over them: one to choose its pages, one to
 * fill them. Returns its entries.
 */
export async function mergePages(
  name: string,
  file: string,
  ranges: readonly Artifact[],
  plan: ExportPlan,
  identity: Uint8Array,
  onProgress: (done: number, total: number) => void,
): Promise<number> {
  const run = name.slice(0, -'.pages'.length);
  const sum = (fact: string) =>
    ranges.reduce((total, { manifest }) => total + Number(manifest.facts[fact]), 0);
  const entries = sum(`${run}.entries`);
  const overflowBytes = sum(`${run}.listBytes`);
  const facts = factsOf(
    name,
    plan,
    identity,
    sum('payloadBytes'),
    Math.max(0, ...ranges.map(({ manifest }) => Number(manifest.facts[`${run}.largest`]))),
  );
  const bases: number[] = [];
  let bytes = sum(`${run}.bytes`);
  for (let at = 0, base = 0; at < ranges.length; at++) {
    bases.push(base);
    bytes += await offsetBytes(ranges[at]!, `${run}.large`, base);
    base += Number(ranges[at]!.manifest.facts[`${run}.listBytes`]);
  }
  const keyEnd = keyEndOf(facts);
  let seen = 0;
  const merge = (take: (entry: MergedEntry) => void, pause: () => Promise<void> | void) =>
    mergeEntries(
      ranges.map((range, at) => ({ chunks: range.partStream(`${run}.run`), base: bases[at]! })),
      keyEnd,
      take,
      () => {
        onProgress(seen, 2 * entries);
        return pause();
      },
    );

  const spread = await choose(bytes, facts.pageBytes, async (add) => {
    seen = 0;
    await merge(
      ({ hash, bytes: record, start, end, isLarge, base }) => {
        seen++;
        add(hash, finalBytes(record, start, end, isLarge, base));
      },
      () => undefined,
    );
  });
  const { header, headerCrc } = pageHeader(facts, spread, { entries, overflowBytes });
  await writeFileOf(file, chunks());
  return entries;

  async function* chunks(): AsyncGenerator<Uint8Array, void, undefined> {
    yield header;
    const writer = writePages(facts.pageBytes, spread, headerCrc);
    const seed = seedOf(headerCrc);
    const large = new Uint8Array(facts.pageBytes);
    const handed = handOver();
    const filling = merge(
      ({ hash, bytes: record, start, end, isLarge, base }) => {
        seen++;
        if (isLarge)
          writer.add(hash, large, 0, writeLargeEntry(record, start, end, base, seed, large));
        else writer.add(hash, record, start, end);
      },
      () => handed.give(writer.take()),
    ).then(async () => {
      writer.end();
      await handed.give(writer.take());
    });
    yield* handed.until(filling);
    for (const range of ranges)
      if (Number(range.manifest.facts[`${run}.listBytes`]) > 0)
        yield* range.partStream(`${run}.lists`);
  }
}

function factsOf(
  name: string,
  { items, tables, bits, kind, hasPayloads }: ExportPlan,
  identity: Uint8Array,
  payloadBytes: number,
  largest: number,
): PageFileFacts {
  const shape = {
    keys: kind,
    tables,
    codeBytes: bits / 8,
    payloads: hasPayloads,
    items,
    identity,
  } as const;
  if (name === 'items.pages')
    return {
      ...shape,
      part: 'items',
      table: 0,
      pageBytes: itemPageBytes((tables * bits) / 8, payloadBytes, items, largest),
    };
  return {
    ...shape,
    part: 'buckets',
    table: Number(/\d+/.exec(name)![0]),
    pageBytes: DEFAULT_PAGE_BYTES,
  };
}

/** Bytes of the varints of offsets of lists that lie elsewhere. */
async function offsetBytes(range: Artifact, part: string, base: number): Promise<number> {
  if (!range.manifest.parts.some(({ name }) => name === part)) return 0;
  const bytes = await range.part(part);
  return new Float64Array(new Uint8Array(bytes).buffer).reduce(
    (sum, offset) => sum + varintBytes(base + offset),
    0,
  );
}

async function choose(
  bytes: number,
  pageBytes: number,
  show: (add: (hash: number, size: number) => void) => Promise<void>,
): Promise<Spread> {
  const trial = trySpreads(bytes, pageBytes);
  for (let turn = 1; ; turn++) {
    await show((hash, size) => trial.add(hash, size));
    const found = trial.end();
    if (found) return found;
    if (turn === TURNS) throw new RangeError('pages: no spread');
  }
}

function keyEndOf({ part, codeBytes, tables, payloads }: PageFileFacts): KeyEnd {
  if (part === 'buckets') return (_bytes, start) => start + codeBytes;
  const tail = 4 + tables * codeBytes;
  if (!payloads) return (_bytes, _start, end) => end - tail;
  return (bytes, _start, end) =>
    end - tail - 2 - (bytes[end - tail - 2]! | (bytes[end - tail - 1]! << 8));
}

/** From one who has pieces to one who takes them: who gives waits until they are taken. */
function handOver() {
  let given: { pieces: Uint8Array[]; taken: () => void } | undefined;
  let wake: (() => void) | undefined;
  return {
    async give(pieces: Uint8Array[]): Promise<void> {
      if (pieces.length === 0) return;
      await new Promise<void>((taken) => {
        given = { pieces, taken };
        wake?.();
      });
    },
    /** Until the giver has ended, whose failure is thrown. */
    async *until(giver: Promise<void>): AsyncGenerator<Uint8Array, void, undefined> {
      let ended = false;
      const end = giver.finally(() => {
        ended = true;
        wake?.();
      });
      end.catch(() => undefined);
      for (;;) {
        if (!given && !ended) await new Promise<void>((woken) => (wake = woken));
        wake = undefined;
        if (!given) break;
        const { pieces, taken } = given;
        given = undefined;
        yield* pieces;
        taken();
      }
      await end;
    },
  };
}
