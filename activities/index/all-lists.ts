import type { ArtifactReference } from '../../schemas/artifact.ts';
import { type ListParameters, relateArtifact } from '../affinity/name-lists.ts';
import { type NearDocuments, relateDocumentsArtifact } from '../documents/name-near.ts';
import { type NearParameters, relateVectorsArtifact } from '../vectors/name-near.ts';

/** The lists of all rows, by what they were made of: range k is [ranges[k], ranges[k + 1]). */
export type AllLists = Lists & { ranges: number[] };

type Lists = ListParameters | NearParameters | NearDocuments;

export const listArtifacts = ({ ranges, ...lists }: AllLists): ArtifactReference[] =>
  ranges.slice(1).map((to, at) => listArtifact(lists, { from: ranges[at] ?? 0, to }));

function listArtifact(lists: Lists, range: { from: number; to: number }): ArtifactReference {
  if ('cells' in lists) return relateVectorsArtifact(lists, range).artifact;
  if ('weighed' in lists) return relateDocumentsArtifact(lists, range).artifact;
  return relateArtifact(lists, range).artifact;
}
