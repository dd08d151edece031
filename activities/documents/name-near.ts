import type { ArtifactReference } from '../../schemas/artifact.ts';
import { artifactReference } from '../../store/artifacts.ts';

/** What the lists of near documents depend on. */
export interface NearDocuments {
  /** The artifact of `weigh`. */
  weighed: ArtifactReference;
  top: number;
  postings: number;
}

/** Names the lists of documents [from, to). */
export function relateDocumentsArtifact(
  { weighed, top, postings }: NearDocuments,
  { from, to }: { from: number; to: number },
) {
  const parameters = { top, postings, from, to };
  const inputs = [weighed];
  return {
    parameters,
    inputs,
    artifact: artifactReference({ stage: 'relate-documents', parameters, inputs }),
  };
}
