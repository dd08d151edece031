import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { STAGES, type StageName } from '../schemas/activities.ts';
import {
  type ArtifactReference,
  type Manifest,
  type ManifestPart,
  manifest as manifestSchema,
} from '../schemas/artifact.ts';
import { Failure } from '../schemas/failures.ts';
import { canonicalJson } from './canonical-json.ts';
import { readPart, readBlob, streamPart, readRange } from './read-part.ts';
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

interface ArtifactIdentity {
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

function stageVersion(stage: string): number {
  const known = (STAGES as Record<string, { version: number } | undefined>)[stage];
  if (known === undefined)
    throw new Failure(
      'IntegrityError',
      `unknown stage "${stage}"; expected one of ${Object.keys(STAGES).join(', ')}`,
    );
  return known.version;
}
