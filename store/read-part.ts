import { createHash } from 'node:crypto';
import { createReadStream, openAsBlob } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { ManifestPart } from '../schemas/artifact.ts';
import { Failure } from '../schemas/failures.ts';
import type { Store } from './store.ts';

/** A part whole, held against its length and SHA-256. */
export async function readPart(
  store: Store,
  folder: string,
  part: ManifestPart,
): Promise<Uint8Array> {
  const path = `${folder}/${part.path}`;
  const bytes = await store.get(path);
  const refuse = (expected: string, actual: string): Failure =>
    new Failure(
      'IntegrityError',
      `part ${part.name} at ${store.uri}/${path}: expected ${expected}, found ${actual}; ` +
        `delete the artifact's folder and run the reindex again`,
    );
  if (bytes === undefined) throw refuse(`${part.bytes} bytes`, 'nothing');
  if (bytes.length !== part.bytes) throw refuse(`${part.bytes} bytes`, `${bytes.length} bytes`);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (sha256 !== part.sha256) throw refuse(`SHA-256 ${part.sha256}`, sha256);
  return bytes;
}

const PIECE_BYTES = 1 << 20;

/** A part piece by piece, held against its length and SHA-256 at its end. */
export async function* streamPart(
  store: Store,
  folder: string,
  part: ManifestPart,
): AsyncGenerator<Uint8Array, void, undefined> {
  const path = `${folder}/${part.path}`;
  const hash = createHash('sha256');
  for (let at = 0; at < part.bytes; at += PIECE_BYTES) {
    const piece = await readRange(store, path, at, Math.min(part.bytes, at + PIECE_BYTES));
    hash.update(piece);
    yield piece;
  }
  const sha256 = hash.digest('hex');
  if (sha256 !== part.sha256)
    throw new Failure(
      'IntegrityError',
      `part ${part.name} at ${store.uri}/${path}: expected SHA-256 ${part.sha256}, found ` +
        `${sha256}; delete the artifact's folder and run the reindex again`,
    );
}

/** Bytes of a part, which no checksum covers. */
export async function readRange(
  store: Store,
  path: string,
  start: number,
  end: number,
): Promise<Uint8Array> {
  const bytes = await store.getRange(path, start, end);
  if (bytes?.length === end - start) return bytes;
  throw new Failure(
    'IntegrityError',
    `${store.uri}/${path}: expected bytes ${start} to ${end}, found ` +
      `${bytes?.length ?? 'nothing'} of ${end - start}; delete the artifact's folder and run ` +
      'the reindex again',
  );
}

/** A part as a blob: a file as it lies there, else its bytes. */
export async function readBlob(store: Store, folder: string, part: ManifestPart): Promise<Blob> {
  const file = store.localFile(`${folder}/${part.path}`);
  const size =
    file === undefined
      ? undefined
      : await stat(file).then(
          (found) => found.size,
          () => undefined,
        );
  if (file === undefined || size !== part.bytes)
    return new Blob([await readPart(store, folder, part)]);
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 }))
    hash.update(chunk as Uint8Array);
  // The message is readPart's.
  return hash.digest('hex') === part.sha256
    ? await openAsBlob(file)
    : new Blob([await readPart(store, folder, part)]);
}
