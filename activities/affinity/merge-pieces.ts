import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type CountsFile, createCountsWriter } from '../../store/tables/counts-file.ts';
import { growingFile } from '../../store/growing-file.ts';
import { mergeRuns } from './merge-runs.ts';
import { sortedRunOfFile } from './read-run.ts';

/** The runs of one group on their way to one run. */
interface PieceMerge {
  /** A local file for the next piece. */
  place(): string;
  /** The next piece. Where as many wait as a merge opens, they are merged. */
  add(piece: CountsFile): Promise<void>;
  pieces(): number;
  entries(): number;
  /** All of them as one; at least one was added. */
  finish(): Promise<CountsFile>;
}

/** Merged at once: of each its index and a block are in memory. */
export const MAX_MERGED = 64;

/**
 * Any number of pieces of a group of `size` words to one run, in `folder`: so many wait at each
 * level, then they are one piece of the next, so few files lie there and an entry is merged once a
 * level. Sums are integers, so the bytes do not depend on what was merged first.
 */
export function mergePieces(
  size: number,
  folder: string,
  onProgress: (done: number, total: number) => void,
): PieceMerge {
  const toGlobal = Int32Array.from({ length: size }, (_, id) => id);
  const levels: CountsFile[][] = [];
  let files = 0;
  let added = 0;
  let entries = 0;
  const place = () => join(folder, `run-${files++}`);

  async function merged(pieces: readonly CountsFile[]): Promise<CountsFile> {
    if (pieces.length === 1) return pieces[0]!;
    const writer = createCountsWriter(growingFile(place(), 0));
    await mergeRuns(
      pieces.map((piece, at) => ({ sortedRun: sortedRunOfFile(piece, `piece ${at}`), toGlobal })),
      { size, from: 0, to: size },
      writer,
      (row) => onProgress(row, size),
    );
    for (const { content } of pieces) if ('file' in content) await rm(content.file);
    return writer.finish();
  }

  async function addTo(level: number, piece: CountsFile): Promise<void> {
    const waiting = (levels[level] ??= []);
    waiting.push(piece);
    if (waiting.length < MAX_MERGED) return;
    levels[level] = [];
    await addTo(level + 1, await merged(waiting));
  }

  return {
    place,
    async add(piece) {
      added += 1;
      entries += piece.entries;
      await addTo(0, piece);
    },
    pieces: () => added,
    entries: () => entries,
    async finish() {
      let last: CountsFile[] = [];
      for (const waiting of levels)
        last = waiting.length + last.length === 0 ? [] : [await merged([...waiting, ...last])];
      return last[0]!;
    },
  };
}
