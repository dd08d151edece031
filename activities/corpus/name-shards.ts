import type { Configuration } from '../../schemas/configuration.ts';
import { artifactReference } from '../../store/artifacts.ts';
import type { ListedFile } from './listed-files.ts';

/** What the ingestion of a file depends on, beside the file. */
export interface IngestParameters {
  source: Configuration['source'];
  tokens: Configuration['tokens'];
  documents: Configuration['documents'];
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
