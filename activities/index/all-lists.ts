import type { ArtifactReference } from '../../schemas/artifact.ts';
import { type ListParameters, relateArtifact } from '../affinity/name-lists.ts';
import { type NearParameters, relateVectorsArtifact } from '../vectors/name-near.ts';

/** The lists of all rows, by what they were made of: range k is [ranges[k], ranges[k + 1]). */
export type AllLists = (ListParameters | NearParameters) & { ranges: number[] };

export const listArtifacts = ({ ranges, ...lists }: AllLists): ArtifactReference[] =>
  ranges.slice(1).map((to, at) => listArtifact(lists, { from: ranges[at] ?? 0, to }));

function listArtifact(
  lists: ListParameters | NearParameters,
  range: { from: number; to: number },
): ArtifactReference {
  return 'cells' in lists
    ? relateVectorsArtifact(lists, range).artifact
    : relateArtifact(lists, range).artifact;
}
