import { createHash } from 'node:crypto';
import { type Configuration, configuration as configurationSchema } from '../schemas/configuration.ts';
import { Failure } from '../schemas/failures.ts';
import { listSources } from '../sources/list-sources.ts';
import { openSource } from '../sources/open-source.ts';
import type { StageContext, StageInput, StageOutput } from './stage-context.ts';
import { produceArtifact } from './stage-context.ts';
import { encodeFiles, type ListedFile } from './listed-files.ts';

export interface ListInput extends StageInput {
  configuration: Configuration;
}

export interface ListOutput extends StageOutput {
  /** Batch k holds the files [batches[k], batches[k + 1]) of the list. */
  batches: number[];
}

/** A batch ends at so many bytes or files, unless the corpus needs larger ones to stay below MOST_BATCHES. */
const BATCH_BYTES = 32 * 1024 * 1024;
const BATCH_FILES = 64;
const MOST_BATCHES = 1000;

/** Lists the corpus: each file by URI and identity (size and ETag or time, or its content). */
export async function list(input: ListInput, context: StageContext): Promise<ListOutput> {
  const { source } = parseConfiguration(input.configuration);
  const found = await listSources(source.path, context.openStore);
  const files: ListedFile[] = [];
  for (const file of found) {
    const identity = source.verify ? await digestOf(file, context, files.length, found.length) : `${file.size}:${file.etag}`;
    files.push({ uri: file.uri, size: file.size, etag: file.etag, modifiedMs: file.modifiedMs, identity });
  }
  const store = context.openStore(input.store);
  const identities = createHash('sha256');
  for (const file of files) identities.update(`${file.uri}\0${file.identity}\n`);
  const parameters = { files: identities.digest('hex') };
  const output = await produceArtifact(context, store, { stage: 'list', parameters, inputs: [], force: input.force }, async () => ({
    parts: [{ name: 'files.parquet', bytes: await encodeFiles(files), rows: files.length }],
    rows: files.length,
    facts: { bytes: files.reduce((sum, file) => sum + file.size, 0) },
  }));
  return { ...output, batches: planBatches(files) };
}

/** Offsets of batches of neighbouring files. */
export function planBatches(files: { size: number }[]): number[] {
  const bytes = files.reduce((sum, file) => sum + file.size, 0);
  const mostBytes = Math.max(BATCH_BYTES, (2 * bytes) / MOST_BATCHES);
  const mostFiles = Math.max(BATCH_FILES, Math.ceil((2 * files.length) / MOST_BATCHES));
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

/** A workflow may be started by anything, so what it brings is checked here as the CLI checks it. */
function parseConfiguration(value: unknown): Configuration {
  const parsed = configurationSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new Failure('ConfigurationError', `the run's configuration is not valid: ${problems.join('; ')}`);
}

async function digestOf(file: { uri: string }, context: StageContext, done: number, total: number): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of await openSource(file.uri, context.openStore)) {
    hash.update(chunk as Uint8Array);
    context.report(done, total);
  }
  return hash.digest('hex');
}
