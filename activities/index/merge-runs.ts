import { seedOf } from '../../format/checksum.ts';
import { type PageFileFacts, pageHeader } from '../../kernels/pages/layout.ts';
import {
  type KeyEnd,
  type MergedEntry,
  mergeEntries,
  type RunToMerge,
} from '../../kernels/pages/merge-entries.ts';
import { type Spread, TURNS, trySpreads, writePages } from '../../kernels/pages/stream.ts';
import { writeFileOf } from '../stage/scratch-file.ts';

/** Runs of entries that become a page file, and what is known of them before they are read. */
interface EntryRuns {
  facts: PageFileFacts;
  /** Begins to read all runs: they are read twice. */
  open(): RunToMerge[];
  keyEnd: KeyEnd;
  entries: number;
  /** Of all entries in their pages, with their slots. */
  bytes: number;
  overflowBytes: number;
  /** Bytes of an entry in its page. */
  finalBytes(entry: MergedEntry): number;
  /** Writes an entry whose list lies elsewhere at 0 of `out`; returns its end. */
  writeLarge(entry: MergedEntry, seed: number, out: Uint8Array): number;
  /** The lists that lie elsewhere. */
  overflow(): AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
  /** What one read of pages should have at most; that of items and buckets when absent. */
  readBytes?: number;
}

/**
 * Merges runs to a page file, in two turns over them: one to choose its pages, one to fill them.
 * Its memory does not grow with the number of entries.
 */
export async function mergeRuns(
  file: string,
  runs: EntryRuns,
  onProgress: (done: number, total: number) => void,
): Promise<void> {
  const { facts, entries, overflowBytes } = runs;
  let seen = 0;
  const merge = (take: (entry: MergedEntry) => void, pause: () => Promise<void> | void) =>
    mergeEntries(runs.open(), runs.keyEnd, take, () => {
      onProgress(seen, 2 * entries);
      return pause();
    });
  const spread = await choose(runs, async (add) => {
    seen = 0;
    await merge(
      (entry) => {
        seen++;
        add(entry.hash, runs.finalBytes(entry));
      },
      () => undefined,
    );
  });
  const { header, headerCrc } = pageHeader(facts, spread, { entries, overflowBytes });
  await writeFileOf(file, chunks());

  async function* chunks(): AsyncGenerator<Uint8Array, void, undefined> {
    yield header;
    const writer = writePages(facts.pageBytes, spread, headerCrc);
    const seed = seedOf(headerCrc);
    const large = new Uint8Array(facts.pageBytes);
    const handed = handOver();
    const filling = merge(
      (entry) => {
        seen++;
        if (entry.isLarge) writer.add(entry.hash, large, 0, runs.writeLarge(entry, seed, large));
        else writer.add(entry.hash, entry.bytes, entry.start, entry.end);
      },
      () => handed.give(writer.take()),
    ).then(async () => {
      writer.end();
      await handed.give(writer.take());
    });
    yield* handed.until(filling);
    yield* runs.overflow();
  }
}

async function choose(
  { bytes, facts, readBytes }: EntryRuns,
  show: (add: (hash: number, size: number) => void) => Promise<void>,
): Promise<Spread> {
  const trial = trySpreads(bytes, facts.pageBytes, readBytes);
  for (let turn = 1; ; turn++) {
    await show((hash, size) => trial.add(hash, size));
    const found = trial.end();
    if (found) return found;
    if (turn === TURNS) throw new RangeError('pages: no spread');
  }
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
