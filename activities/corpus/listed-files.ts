import type { ArtifactReference } from '../../schemas/artifact.ts';
import { FILES } from '../../schemas/tables.ts';
import { openArtifact } from '../../store/artifacts.ts';
import { decodeParquet, encodeParquet } from '../../store/tables/parquet.ts';
import type { Store } from '../../store/store.ts';

/**
 * A shard of the corpus: a file as it was when it was listed, or the lines of it that begin in
 * bytes [start, end).
 */
export interface ListedFile {
  uri: string;
  /** Bytes of the whole file. */
  size: number;
  start: number;
  end: number;
  etag: string;
  modifiedMs: number;
  /** Changes with the content: size and ETag, or the SHA-256 with `source.verify`. */
  identity: string;
}

export async function encodeFiles(files: ListedFile[]): Promise<Uint8Array> {
  const columns = {
    uri: files.map(({ uri }) => uri),
    size: BigInt64Array.from(files, ({ size }) => BigInt(size)),
    start: BigInt64Array.from(files, ({ start }) => BigInt(start)),
    end: BigInt64Array.from(files, ({ end }) => BigInt(end)),
    modifiedMs: Float64Array.from(files, ({ modifiedMs }) => modifiedMs),
    etag: files.map(({ etag }) => etag),
    identity: files.map(({ identity }) => identity),
  };
  return await encodeParquet(FILES, columns, { profile: 'internal' });
}

export async function readListedFiles(
  store: Store,
  reference: ArtifactReference,
): Promise<ListedFile[]> {
  const artifact = await openArtifact(store, reference);
  const table = await decodeParquet(await artifact.part('files.parquet'), FILES, 'files.parquet');
  return table.uri.map((uri, at) => ({
    uri,
    size: Number(table.size[at]),
    start: Number(table.start[at]),
    end: Number(table.end[at]),
    modifiedMs: table.modifiedMs[at]!,
    etag: table.etag[at]!,
    identity: table.identity[at]!,
  }));
}
