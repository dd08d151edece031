import { createHash } from 'node:crypto';
import type { ArtifactReference } from '../../schemas/artifact.ts';
import type { Configuration } from '../../schemas/configuration.ts';
import { artifactReference } from '../../store/artifacts.ts';
import type { ListedFile } from './listed-files.ts';

/** What the ingestion of a file depends on, beside the file. */
export interface IngestParameters {
  source: Configuration['source'];
  tokens: Configuration['tokens'];
  documents: Configuration['documents'];
}

/** What counts depend on, beside the tokens. */
export interface CountParameters {
  common: ArtifactReference;
  window: number;
}

/** What merged rows depend on, beside the range. */
export interface MergeParameters extends CountParameters {
  /** Chosen from the dictionary of all shards, so its key stands for these too. */
  vocabulary: ArtifactReference;
}

/** Names the tokens of one shard. With `verify` a file is its content, wherever it lies. */
export function ingestArtifact(file: ListedFile, { source, tokens, documents }: IngestParameters) {
  const {
    kind,
    format,
    field,
    invalidUtf8,
    nulBytes,
    badFiles,
    maximumRatio,
    longestLine,
    verify,
  } = source;
  const known = verify ? { content: file.identity } : { uri: file.uri, identity: file.identity };
  const isWhole = file.start === 0 && file.end === file.size;
  const reading = {
    kind,
    format,
    ...(format !== 'text' && { field }),
    invalidUtf8,
    nulBytes,
    badFiles,
    maximumRatio,
    longestLine,
  };
  const { columns, sides, delimiter, header } = source;
  const { id, title, labels, split, terms, weights, payload, clean } = documents;
  const taking =
    kind === 'text'
      ? { tokens }
      : kind === 'documents'
        ? { tokens, documents: { id, title, labels, split, terms, weights, payload, clean } }
        : kind === 'sequences'
          ? { delimiter }
          : { columns, sides, delimiter, header };
  const parameters = {
    file: { ...known, ...(!isWhole && { start: file.start, end: file.end }) },
    ...reading,
    ...taking,
  };
  return {
    parameters,
    inputs: [],
    artifact: artifactReference({ stage: 'ingest', parameters, inputs: [] }),
  };
}

/** Names the cooccurrences of a group of files, by their tokens. */
export function countArtifact(
  members: readonly ArtifactReference[],
  { common, window }: CountParameters,
) {
  const inputs = [common];
  const parameters = { window, shards: digestOfKeys(members) };
  return {
    parameters,
    inputs,
    artifact: artifactReference({ stage: 'count', parameters, inputs }),
  };
}

/**
 * Names the merged rows [from, to). They are sums over the corpus, however its files were grouped,
 * so the grouping is no part of the name.
 */
export function mergeArtifact(
  { vocabulary, common, window }: MergeParameters,
  { from, to }: { from: number; to: number },
) {
  const inputs = [vocabulary, common];
  const parameters = { window, from, to };
  return {
    parameters,
    inputs,
    artifact: artifactReference({ stage: 'merge', parameters, inputs }),
  };
}

/** Stands for any number of artifacts in the key of what is made from them all. */
export function digestOfKeys(artifacts: readonly ArtifactReference[]): string {
  const hash = createHash('sha256');
  for (const artifact of artifacts) hash.update(artifact.key);
  return hash.digest('hex').slice(0, 32);
}
