import { type HeldOutLinks, heldOutLinks } from '../../evaluation/answers/held-out-links.ts';
import { type LinkGraph, linkGraph } from '../../kernels/affinity/link-graph.ts';
import { RandomStream } from '../../kernels/numbers/random.ts';
import { neighboursConfiguration } from '../../schemas/configuration/affinity.ts';
import type { LinkedCorpus } from './linked-corpus.ts';

const HELD_OUT = 20_000;

/** Pairs are held out with the seed, a tenth at most; the others are D. */
export function holdOutLinks(
  { size, left, right, weight }: LinkedCorpus,
  seed: number,
): { graph: LinkGraph; links: HeldOutLinks } {
  const random = new RandomStream(seed, 0);
  const chance = Math.min(0.1, HELD_OUT / left.length);
  const out = Uint8Array.from(left, () => Number(random.uniform() < chance));
  const offsets = new Uint32Array(size + 1);
  const kept = [...left.keys()].filter((at) => out[at] === 0);
  for (const at of kept) for (const row of [left[at]!, right[at]!]) offsets[row + 1]! += 1;
  for (let row = 0; row < size; row++) offsets[row + 1]! += offsets[row]!;
  const entries = Array.from({ length: size }, (): [number, number][] => []);
  for (const at of kept) {
    entries[left[at]!]!.push([right[at]!, weight[at]!]);
    entries[right[at]!]!.push([left[at]!, weight[at]!]);
  }
  const sorted = entries.flatMap((row) => row.sort(([a], [b]) => a - b));
  const columns = Uint32Array.from(sorted, ([column]) => column);
  const known = { offsets, columns: columns.slice() };
  const held = [...left.keys()].filter((at) => out[at] === 1);
  const pairs = {
    left: Int32Array.from(held, (at) => left[at]!),
    right: Int32Array.from(held, (at) => right[at]!),
  };
  const weights = Float32Array.from(sorted, ([, value]) => value);
  const { postings } = neighboursConfiguration.parse({});
  return {
    graph: linkGraph({ offsets, columns }, weights, postings),
    links: heldOutLinks(pairs, known),
  };
}
