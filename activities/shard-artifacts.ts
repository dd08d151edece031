import { createHash } from 'node:crypto';
import type { ArtifactReference } from '../schemas/artifact.ts';
import type { Configuration } from '../schemas/configuration.ts';
import { artifactReference } from '../store/artifacts.ts';
import type { ListedFile } from './listed-files.ts';

/** What the ingestion of a file depends on, beside the file. */
export interface IngestParameters {
  source: Configuration['source'];
  tokens: Configuration['tokens'];
}

/** What the counts of a file depend on, beside its tokens. */
export interface CountParameters extends IngestParameters {
  common: ArtifactReference;
  window: number;
}

/** Names the tokens of one file. With `verify` a file is its content, wherever it lies. */
export function ingestArtifact(file: ListedFile, { source, tokens }: IngestParameters) {
  const { format, field, invalidUtf8, verify } = source;
  const known = verify ? { content: file.identity } : { uri: file.uri, identity: file.identity };
  const parameters = { file: known, format, ...(format !== 'text' && { field }), invalidUtf8, tokens };
  return { parameters, inputs: [], artifact: artifactReference({ stage: 'ingest', parameters, inputs: [] }) };
}

/** Names the cooccurrences of one file. */
export function countArtifact(file: ListedFile, counting: CountParameters) {
  const inputs = [ingestArtifact(file, counting).artifact, counting.common];
  const parameters = { window: counting.window };
  return { parameters, inputs, artifact: artifactReference({ stage: 'count', parameters, inputs }) };
}

/** Stands for any number of artifacts in the key of what is made from them all. */
export function digestOfKeys(artifacts: ArtifactReference[]): string {
  const hash = createHash('sha256');
  for (const artifact of artifacts) hash.update(artifact.key);
  return hash.digest('hex').slice(0, 32);
}
