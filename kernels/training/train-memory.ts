/**
 * The shared memory of a visit and what lies where in it (kernels/wasm-train/layout.ts says what
 * each array is).
 */
import { LimitError } from '../limit-error.ts';
import { createMemory, MAX_PAGES, type SharedMemory } from './train-module.ts';
import type { VisitPlan } from './train-plan.ts';

/**
 * The words of a thread's header, in the order that `bind` of kernels/wasm-train/layout.ts reads.
 */
const SHARED = [
  'embeddings',
  'moment1',
  'moment2',
  'touched',
  'groupRows',
  'groupStart',
  'groupOf',
  'dOffsets',
  'dColumns',
  'hOffsets',
  'hColumns',
  'bOffsets',
  'bColumns',
  'left',
  'right',
  'sweepLeft',
  'sweepRight',
  'taskOf',
  'taskStart',
  'slotOf',
  'negativeWeight',
] as const;
const OWN = [
  'pairLeft',
  'pairRight',
  'kind',
  'winner',
  'largest',
  'slopes',
  'cosines',
  'slotRow',
  'vectors',
  'mask',
  'shares',
] as const;

export type Places = Record<(typeof SHARED)[number], number>;
export type OwnPlaces = Record<(typeof OWN)[number], number>;

interface Sizes {
  rows: number;
  tables: number;
  bits: number;
  positives: number;
  /** Entries of D and of the hard negatives inside the block. */
  links: number;
  mined: number;
  /** Entries of the negatives from buckets. */
  bucketed: number;
  hardPerPositive: number;
  easyPerPositive: number;
  bucketPerPositive: number;
  threads: number;
  /**
   * Whether embeddings, moments and a step's vectors lie here too; else a visit draws here and
   * computes elsewhere.
   */
  dense: boolean;
}

interface TrainMemory {
  memory: SharedMemory;
  shared: Places;
  /** By thread: its header's place, and its own arrays. */
  threads: { header: number; own: OwnPlaces }[];
}

/**
 * Pairs whose cosines are at hand at once, few enough that their vectors stay in the cache until
 * their slopes are known.
 */
export const PAIRS_AT_ONCE = 128;

const PAGE = 65_536;
/** The first bytes are left to the compiler. */
const BASE = 1024;

/**
 * Lays out and allocates. Throws LimitError where the block needs more than the 4 GiB that
 * WebAssembly addresses.
 */
export function allocate(sizes: Sizes, plan: VisitPlan): TrainMemory {
  const { rows, tables, bits, positives, threads } = sizes;
  const { groups, tasks, sweeps } = plan;
  let end = BASE;
  const take = (bytes: number): number => {
    const at = end;
    end = Math.ceil((at + bytes) / 64) * 64;
    return at;
  };
  const dense = sizes.dense ? 4 * rows * tables * bits : 0;
  const sweep = 4 * (Math.ceil(positives / sweeps) + 1);
  const bytes: Places = {
    embeddings: dense,
    moment1: dense,
    moment2: dense,
    touched: 4 * rows,
    groupRows: 4 * rows,
    groupStart: 4 * (groups + 1),
    groupOf: rows,
    dOffsets: 4 * (rows + 1),
    dColumns: 4 * sizes.links,
    hOffsets: 4 * (rows + 1),
    hColumns: 4 * sizes.mined,
    bOffsets: 4 * (rows + 1),
    bColumns: 4 * sizes.bucketed,
    left: 4 * positives,
    right: 4 * positives,
    sweepLeft: sweep,
    sweepRight: sweep,
    taskOf: 4 * groups * groups,
    taskStart: 4 * (tasks.length + 1),
    slotOf: 4 * rows,
    negativeWeight: 4 * rows,
  };
  const shared = place(SHARED, bytes, take);
  const ownBytes = bytesOfThread(sizes, plan);
  const own = Array.from({ length: threads }, () => ({
    header: take(4 * (2 + SHARED.length + OWN.length)),
    own: place(OWN, ownBytes, take),
  }));
  const pages = Math.ceil(end / PAGE);
  if (pages > MAX_PAGES) {
    throw new LimitError(
      `a block of ${rows} rows with ${positives} positive pairs needs ${end} bytes, more ` +
        `than the ${MAX_PAGES * PAGE} of WebAssembly; more training.partitions make blocks ` +
        'smaller',
    );
  }
  const memory = createMemory(pages);
  const words = new Uint32Array(memory.buffer);
  for (const thread of own) {
    const values = [
      tables,
      bits,
      ...SHARED.map((name) => shared[name]),
      ...OWN.map((name) => thread.own[name]),
    ];
    words.set(values, thread.header / 4);
  }
  return { memory, shared, threads: own };
}

function bytesOfThread(
  { rows, tables, bits, hardPerPositive, easyPerPositive, bucketPerPositive, dense }: Sizes,
  { batch, groups, groupStart }: VisitPlan,
): OwnPlaces {
  const pairs =
    batch *
    (1 + Math.ceil(hardPerPositive) + Math.ceil(easyPerPositive) + Math.ceil(bucketPerPositive));
  const largestGroup = Math.max(
    ...groupStart.slice(1).map((end, group) => end - groupStart[group]),
  );
  const slots = Math.min(2 * pairs, groups === 1 ? rows : 2 * largestGroup);
  const squares = 4 * Math.ceil((tables * tables) / 4);
  const vectors = 4 * tables * (2 * bits + 3);
  return {
    pairLeft: 4 * pairs,
    pairRight: 4 * pairs,
    kind: pairs,
    winner: pairs,
    largest: 4 * pairs,
    slopes: 4 * pairs,
    cosines: dense ? 4 * squares * PAIRS_AT_ONCE : 0,
    slotRow: 4 * slots,
    vectors: dense ? slots * 64 * Math.ceil(vectors / 64) : 0,
    mask: 4 * bits,
    shares: 8 * squares,
  };
}

function place<Name extends string>(
  names: readonly Name[],
  bytes: Record<Name, number>,
  take: (bytes: number) => number,
): Record<Name, number> {
  return Object.fromEntries(names.map((name) => [name, take(bytes[name])])) as Record<Name, number>;
}
