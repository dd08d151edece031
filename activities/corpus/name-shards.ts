import { openShard } from '../../sources/shards/open-shard.ts';
import type { ShardOptions } from '../../sources/shards/shard.ts';
import { artifactReference } from '../../store/artifacts.ts';
import type { ListedFile } from './listed-files.ts';

/** Names the tokens of one shard. With `verify` a file is its content, wherever it lies. */
export function ingestArtifact(file: ListedFile, options: ShardOptions) {
  const {
    kind,
    format,
    field,
    invalidUtf8,
    nulBytes,
    badFiles,
    badRows,
    badRowsMost,
    maximumRatio,
    longestLine,
    verify,
  } = options.source;
  const known = verify ? { content: file.identity } : { uri: file.uri, identity: file.identity };
  const isWhole = file.start === 0 && file.end === file.size;
  const reading = {
    kind,
    format,
    ...(format !== 'text' && { field }),
    invalidUtf8,
    nulBytes,
    badFiles,
    ...(badRows === 'skip' && { badRows, badRowsMost }),
    maximumRatio,
    longestLine,
  };
  const parameters = {
    file: { ...known, ...(!isWhole && { start: file.start, end: file.end }) },
    ...reading,
    ...openShard(kind).parameters(options),
  };
  return {
    parameters,
    inputs: [],
    artifact: artifactReference({ stage: 'ingest', parameters, inputs: [] }),
  };
}
