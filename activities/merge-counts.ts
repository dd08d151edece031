import { mapToVocabulary } from '../kernels/choose-vocabulary.ts';
import { type CooccurrenceRun, windowScale } from '../kernels/count-cooccurrence.ts';
import { toFloat64, toInt64 } from '../kernels/int64.ts';
import { mergeCooccurrences } from '../kernels/merge-cooccurrences.ts';
import type { ArtifactReference } from '../schemas/artifact.ts';
import { DICTIONARY, MARGINALS, ROWS, RUN, VOCABULARY } from '../schemas/tables.ts';
import { openArtifact, type PartToWrite } from '../store/artifacts.ts';
import { decodeParquet, encodeParquet } from '../store/parquet.ts';
import type { Store } from '../store/store.ts';
import { type ListedFile, readListedFiles } from './listed-files.ts';
import { countArtifact, type CountParameters, digestOfKeys, ingestArtifact } from './shard-artifacts.ts';
import { rowOfEntries } from './sparse-rows.ts';
import { type ArtifactContent, produceArtifact, type StageContext, type StageInput, type StageOutput } from './stage-context.ts';

export interface MergeCountsInput extends StageInput, CountParameters {
  files: ArtifactReference;
  vocabulary: ArtifactReference;
}

/** A part holds so many rows at most. */
const PART_ROWS = 16_384;

/** Merges the runs of all shards to the symmetric rows of the vocabulary. Rows: pairs, in both orders. */
export async function mergeCounts(input: MergeCountsInput, context: StageContext): Promise<StageOutput> {
  const store = context.openStore(input.store);
  const files = await readListedFiles(store, input.files);
  const parameters = { runs: digestOfKeys(files.map((file) => countArtifact(file, input).artifact)) };
  const recipe = { stage: 'merge', parameters, inputs: [input.vocabulary], force: input.force } as const;
  return await produceArtifact(context, store, recipe, () => merge(store, files, input, context));
}

async function merge(store: Store, files: ListedFile[], input: MergeCountsInput, context: StageContext): Promise<ArtifactContent> {
  const vocabulary = await openArtifact(store, input.vocabulary);
  const { word: words } = await decodeParquet(await vocabulary.part('vocabulary.parquet'), VOCABULARY, 'vocabulary.parquet');
  const merging = mergeCooccurrences({ from: 0, to: words.length, size: words.length });
  for (const [at, file] of files.entries()) {
    merging.add(await readRun(store, file, input), await toGlobalIds(store, file, input, words));
    context.report(at + 1, files.length);
  }
  const { offsets, columns, sums, marginals } = merging.finish();
  const parts: PartToWrite[] = [];
  for (let first = 0; first < words.length; first += PART_ROWS) {
    const end = Math.min(first + PART_ROWS, words.length);
    const [from, to] = [offsets[first]!, offsets[end]!];
    const row = rowOfEntries(offsets.subarray(first, end + 1).map((offset) => offset - from), first);
    const table = { row, column: columns.slice(from, to), sum: toInt64(sums.subarray(from, to)) };
    const name = `rows-${String(parts.length).padStart(5, '0')}.parquet`;
    parts.push({ name, bytes: await encodeParquet(ROWS, table, { dress: 'internal' }), rows: to - from });
    context.report(files.length, files.length);
  }
  const marginal = await encodeParquet(MARGINALS, { marginal: toInt64(marginals) }, { dress: 'internal' });
  parts.push({ name: 'marginals.parquet', bytes: marginal, rows: words.length });
  return { parts, rows: columns.length, facts: { words: words.length, scale: windowScale(input.window) } };
}

async function readRun(store: Store, file: ListedFile, input: MergeCountsInput): Promise<CooccurrenceRun> {
  const artifact = await openArtifact(store, countArtifact(file, input).artifact);
  const { row, column, sum } = await decodeParquet(await artifact.part('run.parquet'), RUN, `run of ${file.uri}`);
  return { rows: row, columns: column, sums: toFloat64(sum) };
}

/** The vocabulary's id of every word of a shard, or -1. */
async function toGlobalIds(store: Store, file: ListedFile, input: MergeCountsInput, words: string[]): Promise<Int32Array> {
  const shard = await openArtifact(store, ingestArtifact(file, input).artifact);
  const { word } = await decodeParquet(await shard.part('dictionary.parquet'), DICTIONARY, `dictionary of ${file.uri}`);
  return mapToVocabulary(word, words);
}
