import type { ArtifactReference } from '../../schemas/artifact.ts';
import type { IndexManifest } from '../../schemas/index-manifest.ts';
import { recordedConfiguration } from '../../schemas/recorded-configuration.ts';
import { artifactComplete, readManifest } from '../../store/artifacts.ts';
import type { Store } from '../../store/store.ts';
import type { LinkGraphInput } from '../affinity/load-link-graph.ts';
import { filterArtifact } from '../affinity/name-filtered.ts';
import { factorsArtifact, type FactorParameters } from '../factors/name-factors.ts';

/** What the lists of a version were made from. */
export interface GraphOfVersion {
  links: LinkGraphInput;
  /** Entries of a list. */
  top: number;
  sides: 'one' | 'two';
  /** Absent where links alone made the lists. */
  factors: FactorParameters | undefined;
}

/**
 * The links and factors of a version of words, ids or pairs, by its lineage and its configuration;
 * undefined where the store does not have them all, as after a copy of the index alone.
 */
export async function graphOfVersion(
  store: Store,
  { lineage, configuration }: IndexManifest,
): Promise<GraphOfVersion | undefined> {
  const recorded = recordedConfiguration.safeParse(configuration);
  const of = (stage: string) => lineage.find((reference) => reference.stage === stage);
  const [d, rows, vocabulary] = [of('filter'), of('merge'), of('vocabulary')];
  if (!recorded.success || !d || !rows || !vocabulary) return undefined;
  const words = await readManifest(store, vocabulary);
  if (!words) return undefined;
  const { affinity, neighbours, seed, source } = recorded.data;
  const { minimumPmi, minimumWeight } = affinity;
  const { top, postings, ...prediction } = neighbours;
  const ranges = String(words.facts['ranges']).split(',').map(Number);
  const filtered = { rows, minimumPmi, minimumWeight, ranges };
  const sides = source.kind === 'pairs' ? source.sides : 'one';
  const factors =
    prediction.factors > 0 ? { affinity: d, postings, ...prediction, seed, sides } : undefined;
  const needed: ArtifactReference[] = [
    d,
    rows,
    ...ranges
      .slice(1)
      .map((to, at) => filterArtifact(filtered, { from: ranges[at] ?? 0, to }).artifact),
    ...(factors ? [factorsArtifact(factors).artifact] : []),
  ];
  const whole = await Promise.all(needed.map((reference) => artifactComplete(store, reference)));
  if (!whole.every((manifest) => manifest !== undefined)) return undefined;
  return { links: { affinity: d, postings, filtered }, top, sides, factors };
}
