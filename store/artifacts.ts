import { createHash } from 'node:crypto';
import { createReadStream, openAsBlob } from 'node:fs';
import { stat } from 'node:fs/promises';
import {
  type ArtifactReference,
  type Manifest,
  type ManifestPart,
  manifest as manifestSchema,
} from '../schemas/artifact.ts';
import { Failure } from '../schemas/failures.ts';
import { STAGES, type StageName } from '../schemas/activities.ts';
import type { Store } from './store.ts';

/** An artifact whose manifest was read; its parts are read when asked for. */
export interface Artifact {
  readonly reference: ArtifactReference;
  readonly manifest: Manifest;
  /** The bytes of a part, proven by length and SHA-256, or an IntegrityError. */
  part(name: string): Promise<Uint8Array>;
  /**
   * The bytes of a part from first to last in pieces, proven by the time they end; an
   * IntegrityError else.
   */
  partStream(name: string): AsyncGenerator<Uint8Array, void, undefined>;
  /** Bytes [start, end) of a part, not proven. */
  partRange(name: string, start: number, end: number): Promise<Uint8Array>;
  /** The same as a Blob, which of a local file is not in memory. */
  partBlob(name: string): Promise<Blob>;
  /** The local file of a part, not proven; undefined where the store is no folder. */
  localFile(name: string): string | undefined;
}

/** Opens an artifact; an IntegrityError when it is not there. */
export async function openArtifact(store: Store, reference: ArtifactReference): Promise<Artifact> {
  const folder = artifactFolder(reference);
  const manifest = await readManifest(store, reference);
  if (manifest === undefined) {
    throw new Failure(
      'IntegrityError',
      `no artifact at ${store.uri}/${folder}: expected manifest.json there; run the reindex ` +
        'again, it makes what is missing',
    );
  }
  const find = (name: string): ManifestPart => {
    const found = manifest.parts.find((part) => part.name === name);
    if (found !== undefined) return found;
    throw new Failure(
      'IntegrityError',
      `${store.uri}/${folder}: no part "${name}"; its parts are ` +
        (manifest.parts.map((part) => part.name).join(', ') || 'none'),
    );
  };
  return {
    reference,
    manifest,
    part: async (name) => await readPart(store, folder, find(name)),
    partStream: (name) => streamPart(store, folder, find(name)),
    partRange: async (name, start, end) =>
      await readRange(store, `${folder}/${find(name).path}`, start, end),
    partBlob: async (name) => await readBlob(store, folder, find(name)),
    localFile: (name) => store.localFile(`${folder}/${find(name).path}`),
  };
}

async function readPart(store: Store, folder: string, part: ManifestPart): Promise<Uint8Array> {
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

async function* streamPart(
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

async function readRange(
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

async function readBlob(store: Store, folder: string, part: ManifestPart): Promise<Blob> {
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

/**
 * Undefined when there is none; an IntegrityError when what is there is no manifest of this
 * artifact.
 */
export async function readManifest(
  store: Store,
  reference: ArtifactReference,
): Promise<Manifest | undefined> {
  const path = `${artifactFolder(reference)}/manifest.json`;
  const bytes = await store.get(path);
  if (bytes === undefined) return undefined;
  const refuse = (reason: string, cause?: unknown): Failure =>
    new Failure(
      'IntegrityError',
      `${store.uri}/${path} is no manifest of this artifact: ${reason}; delete it and run ` +
        'the reindex again',
      { cause },
    );
  let parsed: Manifest;
  try {
    parsed = manifestSchema.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
  } catch (error) {
    throw refuse((error as Error).message, error);
  }
  if (parsed.stage !== reference.stage || parsed.key !== reference.key) {
    throw refuse(
      `expected ${reference.stage}/${reference.key}, found ${parsed.stage}/${parsed.key}`,
    );
  }
  return parsed;
}

/**
 * The manifest when it and every part in its full size are there, else undefined: the artifact has
 * to be made.
 */
export async function artifactComplete(
  store: Store,
  reference: ArtifactReference,
): Promise<Manifest | undefined> {
  const manifest = await readManifest(store, reference);
  if (manifest === undefined) return undefined;
  const folder = artifactFolder(reference);
  const whole = await Promise.all(
    manifest.parts.map(
      async ({ path, bytes }) => (await store.head(`${folder}/${path}`))?.size === bytes,
    ),
  );
  return whole.every(Boolean) ? manifest : undefined;
}

/**
 * A part to write: its bytes, a local file that holds them, or a part of another artifact of the
 * store.
 */
export interface PartToWrite {
  name: string;
  bytes?: Uint8Array;
  file?: string;
  copy?: { from: ArtifactReference; part: ManifestPart };
  rows: number;
}

export interface ArtifactToWrite {
  parameters: Record<string, unknown>;
  inputs: readonly ArtifactReference[];
  parts: readonly PartToWrite[];
  /** Rows as a person would count them. */
  rows: number;
  facts: Record<string, number | string | boolean>;
  seconds: number;
  origin: { workflowId?: string; runId?: string; codeVersion: string };
  /** ISO 8601; now by default. */
  createdAt?: string;
  /**
   * Uploads also what seems to be there already: a forced run mends a part that rotted without
   * changing its size.
   */
  rewrite?: boolean;
}

/**
 * Writes the parts, then the manifest. The first complete artifact under a key stands: when another
 * writer was faster, its manifest is returned. One whose parts are lost, or whose manifest cannot
 * be read, is replaced.
 */
export async function writeArtifact(
  store: Store,
  reference: ArtifactReference,
  written: ArtifactToWrite,
): Promise<Manifest> {
  const {
    parameters,
    inputs,
    parts,
    rows,
    facts,
    seconds,
    origin,
    createdAt = new Date().toISOString(),
    rewrite = false,
  } = written;
  const described: ManifestPart[] = [];
  for (const part of parts) described.push(await describePart(part));
  const manifest = manifestSchema.parse({
    format: 1,
    stage: reference.stage,
    stageVersion: stageVersion(reference.stage),
    key: reference.key,
    parameters,
    inputs: [...inputs],
    parts: described,
    rows,
    facts,
    createdAt,
    seconds,
    ...origin,
  } satisfies Manifest);
  const folder = artifactFolder(reference);
  for (const [i, part] of parts.entries())
    await upload(store, `${folder}/${described[i]!.path}`, part, described[i]!.bytes, rewrite);
  return await settleManifest(store, reference, manifest);
}

async function describePart({ name, bytes, file, copy, rows }: PartToWrite): Promise<ManifestPart> {
  if (copy) return namedPart(name, copy.part.bytes, rows, copy.part.sha256);
  const hash = createHash('sha256');
  let size = 0;
  if (bytes !== undefined) {
    hash.update(bytes);
    size = bytes.length;
  } else if (file !== undefined) {
    for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 }))
      hash.update(chunk as Uint8Array);
    ({ size } = await stat(file));
  } else {
    throw new TypeError(`part ${name} has neither bytes nor a file`);
  }
  return namedPart(name, size, rows, hash.digest('hex'));
}

function namedPart(name: string, bytes: number, rows: number, sha256: string): ManifestPart {
  const dot = name.lastIndexOf('.');
  const path =
    dot > 0
      ? `${name.slice(0, dot)}-${sha256.slice(0, 12)}${name.slice(dot)}`
      : `${name}-${sha256.slice(0, 12)}`;
  return { name, path, bytes, rows, sha256 };
}

async function upload(
  store: Store,
  path: string,
  { bytes, file, copy }: PartToWrite,
  size: number,
  rewrite: boolean,
): Promise<void> {
  if (!rewrite && (await store.head(path))?.size === size) return;
  if (copy) await store.copy(`${artifactFolder(copy.from)}/${copy.part.path}`, path);
  else if (bytes !== undefined) await store.put(path, bytes);
  else await store.putFile(path, file!);
}

/**
 * Ends when this manifest stands or a complete one of another writer does; each further turn means
 * that somebody wrote meanwhile.
 */
async function settleManifest(
  store: Store,
  reference: ArtifactReference,
  manifest: Manifest,
): Promise<Manifest> {
  const path = `${artifactFolder(reference)}/manifest.json`;
  const bytes = Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`);
  for (let turn = 1; turn <= 10; turn++) {
    if ((await store.put(path, bytes, { ifAbsent: true })) !== undefined) return manifest;
    const there = await store.head(path);
    if (there === undefined) continue;
    const standing = await artifactComplete(store, reference).catch((error: unknown) => {
      if (error instanceof Failure && error.type === 'IntegrityError') return undefined;
      throw error;
    });
    if (standing !== undefined) return standing;
    if ((await store.put(path, bytes, { ifMatch: there.etag })) !== undefined) return manifest;
  }
  throw new Error(`${store.uri}/${path} changed ten times while being written`);
}

export interface ArtifactIdentity {
  stage: StageName;
  /** Those the stage reads, and no others. */
  parameters: Record<string, unknown>;
  /** In the order in which the stage takes them. */
  inputs: readonly ArtifactReference[];
  /** What else made it and is no artifact: the source files of a listing, one record each. */
  members?: readonly unknown[];
}

/** Names an artifact by what made it; the same identity is the same reference on every machine. */
export function artifactReference(identity: ArtifactIdentity): ArtifactReference {
  return { stage: identity.stage, key: artifactKey(identity) };
}

/** The first 32 hexadecimal digits of the SHA-256 over the identity and the stage's version. */
export function artifactKey({ stage, parameters, inputs, members }: ArtifactIdentity): string {
  const identity = {
    stage,
    stageVersion: STAGES[stage].version,
    parameters,
    inputs: inputs.map((input) => ({ stage: input.stage, key: input.key })),
    ...(members === undefined ? {} : { members }),
  };
  return createHash('sha256').update(canonicalJson(identity)).digest('hex').slice(0, 32);
}

export function artifactFolder({ stage, key }: ArtifactReference): string {
  return `artifacts/${stage}/${key}`;
}

/**
 * JSON with sorted keys and no spaces. Throws a ConfigurationError, with the place, at what JSON
 * would change in silence: NaN, undefined, dates and the like.
 */
export function canonicalJson(value: unknown, place = '$'): string {
  if (value === null || typeof value === 'string' || typeof value === 'boolean')
    return JSON.stringify(value);
  if (typeof value === 'number' && Number.isFinite(value)) return JSON.stringify(value);
  if (Array.isArray(value))
    return `[${Array.from(value, (item, i) => canonicalJson(item, `${place}[${i}]`)).join(',')}]`;
  if (
    typeof value === 'object' &&
    (Object.getPrototypeOf(value) === Object.prototype || Object.getPrototypeOf(value) === null)
  ) {
    const record = value as Record<string, unknown>;
    const members = Object.keys(record)
      .toSorted()
      .map((key) => `${JSON.stringify(key)}:${canonicalJson(record[key], `${place}.${key}`)}`);
    return `{${members.join(',')}}`;
  }
  const found =
    typeof value === 'number' || value === undefined
      ? String(value)
      : Object.prototype.toString.call(value);
  throw new Failure(
    'ConfigurationError',
    `${place} is ${found}: JSON holds finite numbers, strings, booleans, null, arrays and ` +
      'plain objects',
  );
}

function stageVersion(stage: string): number {
  const known = (STAGES as Record<string, { version: number } | undefined>)[stage];
  if (known === undefined)
    throw new Failure(
      'IntegrityError',
      `unknown stage "${stage}"; expected one of ${Object.keys(STAGES).join(', ')}`,
    );
  return known.version;
}
