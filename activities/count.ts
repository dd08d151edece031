import { countCooccurrences, windowScale } from '../kernels/count-cooccurrence.ts';
import { toInt64 } from '../kernels/int64.ts';
import type { ArtifactReference } from '../schemas/artifact.ts';
import { COMMON, DICTIONARY, RUN, TOKENS } from '../schemas/tables.ts';
import { openArtifact } from '../store/artifacts.ts';
import { decodeParquet, encodeParquet } from '../store/parquet.ts';
import type { Store } from '../store/store.ts';
import type { BatchOutput } from './ingest.ts';
import { type ListedFile, readListedFiles } from './listed-files.ts';
import { countArtifact, type CountParameters, ingestArtifact } from './shard-artifacts.ts';
import { type ArtifactContent, produceArtifact, type StageContext, type StageInput } from './stage-context.ts';

export interface CountInput extends StageInput, CountParameters {
  files: ArtifactReference;
  from: number;
  to: number;
}

/** Counts the cooccurrences of files [from, to) of the list, each into a sorted run. Rows: pairs of words. */
export async function count(input: CountInput, context: StageContext): Promise<BatchOutput> {
  const store = context.openStore(input.store);
  const files = await readListedFiles(store, input.files);
  const common = await openArtifact(store, input.common);
  const commonWords = new Set((await decodeParquet(await common.part('words.parquet'), COMMON, 'words.parquet')).word);
  const output: BatchOutput = { cached: true, rows: 0, bytes: 0 };
  for (const [at, file] of files.slice(input.from, input.to).entries()) {
    context.report(at, input.to - input.from, { pairs: output.rows });
    const { parameters, inputs } = countArtifact(file, input);
    const run = await produceArtifact(context, store, { stage: 'count', parameters, inputs, force: input.force }, () => countFile(store, file, input, commonWords));
    output.cached &&= run.cached;
    output.rows += run.rows;
    output.bytes += run.bytes;
  }
  return output;
}

async function countFile(store: Store, file: ListedFile, input: CountInput, commonWords: Set<string>): Promise<ArtifactContent> {
  const shard = await openArtifact(store, ingestArtifact(file, input).artifact);
  const { tokens } = await decodeParquet(await shard.part('tokens.parquet'), TOKENS, `tokens of ${file.uri}`);
  const { word } = await decodeParquet(await shard.part('dictionary.parquet'), DICTIONARY, `dictionary of ${file.uri}`);
  const common = Uint8Array.from(word, (one) => (commonWords.has(one) ? 1 : 0));
  const run = countCooccurrences({ tokens: tokens.values, documentOffsets: tokens.offsets, common, window: input.window });
  const columns = { row: run.rows, column: run.columns, sum: toInt64(run.sums) };
  const bytes = await encodeParquet(RUN, columns, { dress: 'internal' });
  return { parts: [{ name: 'run.parquet', bytes, rows: run.rows.length }], rows: run.rows.length, facts: { scale: windowScale(input.window) } };
}
