import { PURPOSE, RandomStream } from '../../kernels/numbers/random.ts';
import type { SparseRows } from '../../kernels/training/train-rows.ts';
import { Failure } from '../../schemas/failures.ts';
import { checkIds } from '../retrieval.ts';

/** Pair k is (left[k], right[k]), held out in both orders. */
export interface HeldOutPairs {
  left: Int32Array | Uint32Array;
  right: Int32Array | Uint32Array;
}

/** Links that were kept from what is measured, each asked for in both directions. */
export interface HeldOutLinks {
  /** V */
  items: number;
  /** The items that ask, ascending, Q of them. */
  queries: Uint32Array;
  /** (Q + 1): the links of query k are [starts[k], starts[k + 1]). */
  starts: Uint32Array;
  /** Ascending within a query. */
  targets: Uint32Array;
  /** (V): links of an item, those held out too. */
  degree: Uint32Array;
  /** The links that are known, D without the held-out ones: no answers. */
  known: SparseRows;
}

/** Throws Failure (DataError) on pairs that are not of these items. */
export function heldOutLinks({ left, right }: HeldOutPairs, known: SparseRows): HeldOutLinks {
  const items = known.offsets.length - 1;
  if (left.length !== right.length)
    throw new Failure('DataError', `held-out pairs: ${left.length} left, ${right.length} right`);
  checkIds('held-out pairs, left', left, items);
  checkIds('held-out pairs, right', right, items);
  const links = new Float64Array(2 * left.length);
  for (let k = 0; k < left.length; k++) {
    links[2 * k] = left[k]! * items + right[k]!;
    links[2 * k + 1] = right[k]! * items + left[k]!;
  }
  links.sort();
  const degree = Uint32Array.from(
    { length: items },
    (_, item) => known.offsets[item + 1]! - known.offsets[item]!,
  );
  const queries: number[] = [];
  const starts: number[] = [];
  const targets = new Uint32Array(links.length);
  links.forEach((link, at) => {
    const query = Math.floor(link / items);
    if (query !== queries.at(-1)) {
      queries.push(query);
      starts.push(at);
    }
    targets[at] = link - query * items;
    degree[query]! += 1;
  });
  return {
    items,
    queries: Uint32Array.from(queries),
    starts: Uint32Array.of(...starts, links.length),
    targets,
    degree,
    known,
  };
}

/** The links of `most` of the queries, drawn with the seed: for ways that cost much a query. */
export function someLinks(links: HeldOutLinks, most: number, seed: number): HeldOutLinks {
  const { queries, starts, targets } = links;
  if (queries.length <= most) return links;
  const stream = new RandomStream(seed, PURPOSE.answers);
  const drawn = Uint32Array.from(queries, (_, k) => k);
  for (let k = 0; k < most; k++) {
    const other = k + stream.below(drawn.length - k);
    [drawn[k], drawn[other]] = [drawn[other]!, drawn[k]!];
  }
  const chosen = drawn.slice(0, most).sort();
  const ends = [0];
  for (const k of chosen) ends.push(ends.at(-1) + starts[k + 1]! - starts[k]!);
  const some = new Uint32Array(ends.at(-1));
  chosen.forEach((k, at) => some.set(targets.subarray(starts[k], starts[k + 1]), ends[at]));
  return {
    ...links,
    queries: Uint32Array.from(chosen, (k) => queries[k]!),
    starts: Uint32Array.from(ends),
    targets: some,
  };
}
