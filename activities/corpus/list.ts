import { createHash } from 'node:crypto';
import { type Configuration } from '../../schemas/configuration.ts';
import { recordedConfiguration } from '../../schemas/recorded-configuration.ts';
import { Failure } from '../../schemas/failures.ts';
import { listSources, type SourceFile } from '../../sources/list-sources.ts';
import { type FileRange, openSource } from '../../sources/open-source.ts';
import type { StageContext, StageInput, StageOutput } from '../stage/stage.ts';
import { encodeFiles, type ListedFile } from './listed-files.ts';
import { isOwn } from './own-files.ts';
import { planRanges } from './plan-ranges.ts';
import { produceArtifact } from '../stage/produce-artifact.ts';

declare module '../stages.ts' {
  interface Stages {
    list: typeof list;
  }
}

interface ListInput extends StageInput {
  configuration: Configuration;
}

interface ListOutput extends StageOutput {
  /** Files; shards (rows) are as many, or more where large files are split. */
  files: number;
  /** How often a path named a file that another had named. */
  repeated: number;
  /** Files of Hashloom itself that lie in the corpus, and are left out: its store, its configuration. */
  own: number;
  /** Batch k holds the files [batches[k], batches[k + 1]) of the list. */
  batches: number[];
}

/**
 * A batch ends at so many bytes or files, unless the corpus needs larger ones to stay below
 * MAX_BATCHES.
 */
const BATCH_BYTES = 32 * 1024 * 1024;
const BATCH_FILES = 64;
const MAX_BATCHES = 1000;

/** Lists the corpus: each file by URI and identity (size and ETag or time, or its content). */
export async function list(input: ListInput, context: StageContext): Promise<ListOutput> {
  const { source } = parseConfiguration(input.configuration);
  const store = context.openStore(input.store);
  const { files: all, repeated } = await listAll([source.path, ...source.also], context);
  const found = all.filter((file) => !isOwn(file, store.uri));
  if (found.length === 0)
    throw new Failure(
      'DataError',
      `source.path: ${source.path} holds nothing but the store and the configuration of Hashloom`,
    );
  const files: ListedFile[] = [];
  for (const [at, file] of found.entries()) {
    const whole = { ...file, start: 0, end: file.size };
    const identity = source.verify
      ? await digestOf(whole, context, at, found.length)
      : `${file.size}:${file.etag}`;
    const ranges = await planRanges(whole, source, context);
    for (const { start, end } of ranges) files.push({ ...whole, identity, start, end });
    context.onProgress(at, found.length);
  }
  const identities = createHash('sha256');
  for (const file of files)
    identities.update(`${file.uri}\0${file.identity}\0${file.start}-${file.end}\n`);
  const parameters = { files: identities.digest('hex') };
  const output = await produceArtifact(
    context,
    store,
    { stage: 'list', parameters, inputs: [], force: input.force },
    async () => ({
      parts: [{ name: 'files.parquet', bytes: await encodeFiles(files), rows: files.length }],
      rows: files.length,
      facts: { files: found.length, bytes: found.reduce((sum, file) => sum + file.size, 0) },
    }),
  );
  return {
    ...output,
    files: found.length,
    repeated,
    own: all.length - found.length,
    batches: planBatches(files.map(({ start, end }) => ({ size: end - start }))),
  };
}

/**
 * The files of all paths, sorted by URI, each once; `repeated` counts how often one was named
 * again.
 */
async function listAll(
  paths: string[],
  context: StageContext,
): Promise<{ files: SourceFile[]; repeated: number }> {
  const files = new Map<string, SourceFile>();
  let named = 0;
  for (const [at, path] of paths.entries()) {
    for (const file of await listNamed(at === 0 ? 'path' : `also[${at - 1}]`, path, context)) {
      named += 1;
      files.set(file.uri, file);
    }
  }
  const sorted = [...files.values()].toSorted((a, b) =>
    Buffer.compare(Buffer.from(a.uri), Buffer.from(b.uri)),
  );
  return { files: sorted, repeated: named - files.size };
}

/**
 * The files of one path; where it cannot be read, the failure says which key of the source it is.
 */
async function listNamed(
  key: string,
  path: string,
  { openStore }: StageContext,
): Promise<SourceFile[]> {
  try {
    return await listSources(path, openStore);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const message = `source.${key}: ${error.message.replace(/^store /, '')}`;
    throw new Failure(error.type, message, { cause: error });
  }
}

/** Offsets of batches of neighbouring files. */
export function planBatches(files: { size: number }[]): number[] {
  const bytes = files.reduce((sum, file) => sum + file.size, 0);
  const mostBytes = Math.max(BATCH_BYTES, (2 * bytes) / MAX_BATCHES);
  const mostFiles = Math.max(BATCH_FILES, Math.ceil((2 * files.length) / MAX_BATCHES));
  const batches = [0];
  let inBatch = 0;
  for (const [at, file] of files.entries()) {
    const start = batches.at(-1) ?? 0;
    if (at > start && (inBatch + file.size > mostBytes || at - start >= mostFiles)) {
      batches.push(at);
      inBatch = 0;
    }
    inBatch += file.size;
  }
  batches.push(files.length);
  return batches;
}

/**
 * A workflow may be started by anything, so what it brings is checked here as the CLI checks it.
 */
function parseConfiguration(value: unknown): Configuration {
  const parsed = recordedConfiguration.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new Failure(
    'ConfigurationError',
    `the run's configuration is not valid: ${problems.join('; ')}`,
  );
}

async function digestOf(
  file: FileRange,
  context: StageContext,
  done: number,
  total: number,
): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of openSource(file, context.openStore).stream()) {
    hash.update(chunk);
    context.onProgress(done, total);
  }
  return hash.digest('hex');
}
