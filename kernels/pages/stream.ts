/**
 * Entries to pages as they come, in ascending order of (hash, key): once over their sizes to choose
 * how many pages there are, once more to fill them (docs/reference/index-format.md, "How it is
 * written"). Memory does not grow with the number of entries.
 */

import { boundCrc } from '../../format/checksum.ts';
import { homePage } from '../../format/home-page.ts';
import { writeU32 } from '../../format/little-endian.ts';
import { MAXIMUM_REACH, PAGE_HEADER_BYTES, SLOT_BYTES } from '../../format/page-header.ts';
import { LimitError } from '../limit-error.ts';

const CHUNK_BYTES = 262_144;
/**
 * Bytes of one read of pages, unless two pages are more: more small pages fill better than fewer
 * large ones (10M ids: 1.34 against 1.36 of the raw bytes).
 */
const READ_BYTES = 4096;
/**
 * Shares of the pages to be filled, in percent: the densest first that keeps a read of pages small.
 * Those of the second list are seldom needed.
 */
const LOADS = [
  [98, 97, 96, 95, 94, 93, 92, 91, 90, 89, 88, 87, 86, 85, 84, 82, 80],
  [75, 70, 60, 50, 40, 30, 20, 10],
] as const;

export interface Spread {
  homePages: number;
  pages: number;
  /** Pages that an entry can lie beyond its home page. */
  reach: number;
}

/**
 * How often the entries must be shown at most: once for each list, and where no load keeps a read
 * small once more, for the one that comes nearest.
 */
export const TURNS = LOADS.length + 1;

/**
 * Tries loads on entries whose sizes with their slots are `bytes` together. Show all entries once a
 * turn, until one gives a spread.
 */
interface SpreadTrial {
  /** The next entry: its hash, and its bytes without its slot. */
  add(hash: number, size: number): void;
  /**
   * After each turn: the spread, or undefined where another turn must be taken. Throws LimitError
   * after the last where too many keys share a hash.
   */
  end(): Spread | undefined;
}

export function trySpreads(
  bytes: number,
  pageBytes: number,
  readBytes: number = READ_BYTES,
): SpreadTrial {
  const wantedReach = Math.min(MAXIMUM_REACH, Math.max(1, Math.floor(readBytes / pageBytes) - 1));
  let turn = 0;
  let trials = begin();

  function begin() {
    const loads = LOADS[turn] ?? LOADS.flat();
    const homePages = Float64Array.from(loads, (load) =>
      Math.max(1, Math.ceil((100 * bytes) / (load * (pageBytes - PAGE_HEADER_BYTES)))),
    );
    const [page, used, reach] = [
      new Float64Array(loads.length),
      new Float64Array(loads.length).fill(PAGE_HEADER_BYTES),
      new Float64Array(loads.length),
    ];
    /** Loads that are not out yet; one is once it reaches further than `most`. */
    return {
      homePages,
      page,
      used,
      reach,
      left: Uint8Array.from(loads, (_, t) => t),
      count: loads.length,
      most: turn < LOADS.length ? wantedReach : MAXIMUM_REACH,
    };
  }

  return {
    add(hash, size) {
      const { homePages, page, used, reach, left, most } = trials;
      const slot = size + SLOT_BYTES;
      for (let i = 0; i < trials.count; i++) {
        const t = left[i];
        const home = homePage(hash, homePages[t]);
        if (home > page[t]) {
          page[t] = home;
          used[t] = PAGE_HEADER_BYTES;
        }
        if (used[t] + slot > pageBytes) {
          page[t]++;
          used[t] = PAGE_HEADER_BYTES;
        }
        used[t] += slot;
        if (page[t] - home <= reach[t]) continue;
        reach[t] = page[t] - home;
        if (reach[t] <= most) continue;
        left.copyWithin(i, i + 1, trials.count);
        trials.count--;
        i--;
      }
    },
    end() {
      const { homePages, page, reach, left, count } = trials;
      // The densest that keeps a read small, or at last the one that reaches least.
      let best = left[0];
      for (let i = 1; turn === LOADS.length && i < count; i++)
        if (reach[left[i]] < reach[best]) best = left[i];
      if (count > 0)
        return {
          homePages: homePages[best],
          pages: Math.max(homePages[best], page[best] + 1),
          reach: reach[best],
        };
      turn++;
      if (turn === TURNS)
        throw new LimitError(
          `pages: too many keys share a hash, they reach more than ${MAXIMUM_REACH} pages`,
        );
      trials = begin();
      return undefined;
    },
  };
}

interface PageWriter {
  /** The next entry, bytes [start, end) of `from`. */
  add(hash: number, from: Uint8Array, start: number, end: number): void;
  /** After the last entry. */
  end(): void;
  /** Chunks of pages that are full since the last call. */
  take(): Uint8Array[];
}

/** Fills pages; `headerCrc` is the header's checksum. */
export function writePages(
  pageBytes: number,
  { homePages, pages }: Spread,
  headerCrc: number,
): PageWriter {
  const perChunk = Math.max(1, Math.floor(CHUNK_BYTES / pageBytes));
  const content = new Uint8Array(pageBytes);
  const ends = new Uint16Array(pageBytes / SLOT_BYTES);
  let ready: Uint8Array[] = [];
  let chunk = new Uint8Array(0);
  let page = 0;
  let count = 0;
  /** Bytes of entries in `content`. */
  let filled = 0;

  function close(): void {
    const place = page % perChunk;
    if (place === 0) chunk = new Uint8Array(Math.min(perChunk, pages - page) * pageBytes);
    const out = chunk.subarray(place * pageBytes, (place + 1) * pageBytes);
    const first = PAGE_HEADER_BYTES + SLOT_BYTES * count;
    for (let i = 0; i < count; i++)
      writeU16(out, PAGE_HEADER_BYTES + SLOT_BYTES * i, first + ends[i]);
    out.set(content.subarray(0, filled), first);
    writeU32(out, 4, page);
    writeU16(out, 8, count);
    writeU32(out, 0, boundCrc(out, 4, pageBytes, headerCrc));
    page++;
    count = 0;
    filled = 0;
    if (page % perChunk === 0 || page === pages) ready.push(chunk);
  }

  return {
    add(hash, from, start, end) {
      const home = homePage(hash, homePages);
      while (page < home) close();
      const size = end - start;
      if (PAGE_HEADER_BYTES + SLOT_BYTES * (count + 1) + filled + size > pageBytes) close();
      for (let k = start; k < end; k++) content[filled++] = from[k];
      ends[count++] = filled;
    },
    end() {
      while (page < pages) close();
    },
    take() {
      const taken = ready;
      ready = [];
      return taken;
    },
  };
}

function writeU16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
}
