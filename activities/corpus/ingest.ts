import pMap from 'p-map';
import type { ArtifactReference } from '../../schemas/artifact.ts';
import { cappedMessage } from '../../schemas/capped-message.ts';
import { failureTypeOf } from '../../schemas/failures.ts';
import { openShard } from '../../sources/shards/open-shard.ts';
import type { Shard, ShardOptions } from '../../sources/shards/shard.ts';
import { encodeParquet } from '../../store/tables/parquet.ts';
import type { BatchOutput } from '../stage/batch-output.ts';
import { type ArtifactContent, produceArtifact } from '../stage/produce-artifact.ts';
import type { StageContext, StageInput } from '../stage/stage.ts';
import { type ListedFile, readListedFiles } from './listed-files.ts';
import { ingestArtifact } from './name-shards.ts';
import { withSkipHint } from './skipped-files.ts';
import { skippedRowParts } from './skipped-rows.ts';

declare module '../stages.ts' {
  interface Stages {
    ingest: typeof ingest;
  }
}

export interface IngestInput extends StageInput, ShardOptions {
  files: ArtifactReference;
  from: number;
  to: number;
}

/** While one file is computed, another one is read or written. */
const FILES_AT_ONCE = 2;

/**
 * Stores what openShard makes of the files [from, to) of the list. Rows: as those of its shards.
 */
export async function ingest(input: IngestInput, context: StageContext): Promise<BatchOutput> {
  const store = context.openStore(input.store);
  const files = await readListedFiles(store, input.files);
  const output: BatchOutput = { cached: true, rows: 0, bytes: 0 };
  const batch = files.slice(input.from, input.to);
  let done = 0;
  let failed: { error: unknown } | undefined;
  const ingestFile = async (file: ListedFile): Promise<void> => {
    const onProgress = (rows: number) =>
      context.onProgress(done, batch.length, { rows: output.rows + rows });
    onProgress(0);
    const { parameters, inputs } = ingestArtifact(file, input);
    const shard = await produceArtifact(
      context,
      store,
      { stage: 'ingest', parameters, inputs, force: input.force },
      () => contentOf(file, input, context, onProgress),
    );
    output.cached &&= shard.cached;
    output.rows += shard.rows;
    output.bytes += shard.bytes;
    done += 1;
  };
  // A file that fails ends the batch when the other one at work is done, so that nothing goes on.
  const ingestUnlessFailed = async (file: ListedFile): Promise<void> => {
    if (failed) return;
    await ingestFile(file).catch((error: unknown) => {
      failed ??= { error };
    });
  };
  await pMap(batch, ingestUnlessFailed, { concurrency: FILES_AT_ONCE });
  if (failed) throw failed.error;
  return output;
}

/** With `badFiles: skip` a file that cannot be read is a shard of nothing, whose facts say why. */
async function contentOf(
  file: ListedFile,
  input: IngestInput,
  { openStore }: StageContext,
  onProgress: (rows: number) => void,
): Promise<ArtifactContent> {
  const kind = openShard(input.source.kind);
  try {
    return await encodeShard(await kind.read(file, input, { openStore, onProgress }));
  } catch (error) {
    if (input.source.badFiles !== 'skip' || failureTypeOf(error) !== 'DataError')
      throw withSkipHint(error);
    const content = await encodeShard(kind.empty(input));
    const skipped = cappedMessage((error as Error).message);
    return { ...content, facts: { ...content.facts, skipped } };
  }
}

async function encodeShard({ tables, rows, facts, bad }: Shard): Promise<ArtifactContent> {
  const parts = [];
  for (const { name, schema, columns, rows: length } of tables)
    parts.push({
      name,
      bytes: await encodeParquet(schema, columns, { profile: 'internal' }),
      rows: length,
    });
  if (!bad || bad.count === 0) return { parts, rows, facts };
  parts.push(...(await skippedRowParts(bad)));
  return { parts, rows, facts: { ...facts, skippedRows: bad.count } };
}
