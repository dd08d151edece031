import { type LinkGraph, rootOfStrength } from '../../kernels/affinity/link-graph.ts';
import type { ChosenNeighbours } from '../../kernels/codes/choose-neighbours.ts';
import type { FactorLinks, FactorSides } from '../../kernels/factors/factorize.ts';
import { sidesOf } from '../../kernels/factors/sides-of.ts';
import { openArtifact } from '../../store/artifacts.ts';
import type { Store } from '../../store/store.ts';
import { keepLinkGraph } from '../affinity/keep-link-graph.ts';
import type { GraphOfVersion } from './graph-of-version.ts';

/** New items, and the known ones that they are linked with: base item numbers. */
export interface NewLinks {
  keys: readonly string[];
  neighbours: ChosenNeighbours;
}

/** The links of new items as D would hold them, and D itself. */
export async function linksOfNew(
  neighbours: ChosenNeighbours,
  { links: input, sides }: GraphOfVersion,
  store: Store,
  onProgress: () => void,
): Promise<{ base: LinkGraph; links: FactorLinks; sides: FactorSides }> {
  const base = await keepLinkGraph(store, input, onProgress);
  const { manifest } = await openArtifact(store, input.filtered.rows);
  const scale = Number(manifest.facts['scale']);
  const links = {
    offsets: neighbours.offsets,
    columns: neighbours.columns,
    roots: Float32Array.from(neighbours.sums, (sum) => rootOfStrength(sum * scale, base.median)),
  };
  return { base, links, sides: sidesOf(base, sides) };
}
