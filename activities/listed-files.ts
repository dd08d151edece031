import type { ArtifactReference } from '../schemas/artifact.ts';
import { FILES } from '../schemas/tables.ts';
import { openArtifact } from '../store/artifacts.ts';
import { decodeParquet, encodeParquet } from '../store/parquet.ts';
import type { Store } from '../store/store.ts';

/** A file of the corpus, as it was when it was listed. */
export interface ListedFile {
  uri: string;
  size: number;
  etag: string;
  modifiedMs: number;
  /** Changes with the content: size and ETag, or the SHA-256 with `source.verify`. */
  identity: string;
}

export async function encodeFiles(files: ListedFile[]): Promise<Uint8Array> {
  const columns = {
    uri: files.map(({ uri }) => uri),
    size: BigInt64Array.from(files, ({ size }) => BigInt(size)),
    modifiedMs: Float64Array.from(files, ({ modifiedMs }) => modifiedMs),
    etag: files.map(({ etag }) => etag),
    identity: files.map(({ identity }) => identity),
  };
  return await encodeParquet(FILES, columns, { dress: 'internal' });
}

export async function readListedFiles(store: Store, reference: ArtifactReference): Promise<ListedFile[]> {
  const artifact = await openArtifact(store, reference);
  const table = await decodeParquet(await artifact.part('files.parquet'), FILES, 'files.parquet');
  return table.uri.map((uri, at) => ({
    uri,
    size: Number(table.size[at]),
    modifiedMs: table.modifiedMs[at]!,
    etag: table.etag[at]!,
    identity: table.identity[at]!,
  }));
}
