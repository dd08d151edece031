import type { Dictionary, Utf8Dictionary } from '../../kernels/words/build-dictionary.ts';
import { PAIR_SCALE, type PairRun } from '../../kernels/affinity/collect-pairs.ts';
import { toInt64 } from '../../kernels/numbers/int64.ts';
import type { ArtifactReference } from '../../schemas/artifact.ts';
import { failureTypeOf } from '../../schemas/failures.ts';
import {
  DICTIONARY,
  DOCUMENTS,
  ITEM_PAYLOAD,
  PAIRS,
  TOKENS,
  WEIGHTS,
} from '../../schemas/tables.ts';
import type { PartToWrite } from '../../store/artifacts.ts';
import { encodeParquet } from '../../store/tables/parquet.ts';
import { type ListedFile, readListedFiles } from './listed-files.ts';
import {
  type DocumentsShard,
  readDocumentsOf,
  readPairsOf,
  readSequencesOf,
  readText,
  type TextShard,
} from './read-shard.ts';
import { ingestArtifact, type IngestParameters } from './name-shards.ts';
import {
  type ArtifactContent,
  produceArtifact,
  type StageContext,
  type StageInput,
} from '../stage/stage.ts';

declare module '../stages.ts' {
  interface Stages {
    ingest: typeof ingest;
  }
}

export interface IngestInput extends StageInput, IngestParameters {
  files: ArtifactReference;
  from: number;
  to: number;
}

/** Figures of a batch of shards or rows. */
export interface BatchOutput {
  /** Every artifact of the batch was there. */
  cached: boolean;
  rows: number;
  bytes: number;
}

/** While one file is computed, another one is read or written. */
const FILES_AT_ONCE = 2;

/**
 * Turns shards [from, to) of the list into tokens and a dictionary in word order, or into sorted
 * pairs and theirs. Rows: tokens or pairs.
 */
export async function ingest(input: IngestInput, context: StageContext): Promise<BatchOutput> {
  const store = context.openStore(input.store);
  const files = await readListedFiles(store, input.files);
  const output: BatchOutput = { cached: true, rows: 0, bytes: 0 };
  const batch = files.slice(input.from, input.to);
  let next = 0;
  let done = 0;
  const lane = async () => {
    for (let file = batch[next++]; file !== undefined; file = batch[next++]) {
      const report = (rows: number) =>
        context.report(done, batch.length, { rows: output.rows + rows });
      report(0);
      const { parameters, inputs } = ingestArtifact(file, input);
      const known = file;
      const shard = await produceArtifact(
        context,
        store,
        { stage: 'ingest', parameters, inputs, force: input.force },
        () => shardOf(known, input, context, report),
      );
      output.cached &&= shard.cached;
      output.rows += shard.rows;
      output.bytes += shard.bytes;
      done += 1;
    }
  };
  const lanes = await Promise.allSettled(
    Array.from({ length: FILES_AT_ONCE }, () =>
      lane().catch((error: unknown) => {
        next = batch.length;
        throw error;
      }),
    ),
  );
  for (const ended of lanes) if (ended.status === 'rejected') throw ended.reason;
  return output;
}

/** With `badFiles: skip` a file that cannot be read is a shard of nothing, whose facts say why. */
async function shardOf(
  file: ListedFile,
  input: IngestInput,
  context: StageContext,
  report: (rows: number) => void,
): Promise<ArtifactContent> {
  try {
    return await readShard(file, input, context, report);
  } catch (error) {
    if (input.source.badFiles !== 'skip' || failureTypeOf(error) !== 'DataError') throw error;
    const content = await emptyShard(input);
    return { ...content, facts: { ...content.facts, skipped: (error as Error).message } };
  }
}

async function readShard(
  file: ListedFile,
  input: IngestInput,
  context: StageContext,
  report: (rows: number) => void,
): Promise<ArtifactContent> {
  if (input.source.kind === 'documents')
    return await documentsContent(await readDocumentsOf(file, input, context, report));
  if (input.source.kind === 'pairs')
    return await pairsContent(await readPairsOf(file, input, context, report));
  if (input.source.kind === 'sequences')
    return await textContent(await readSequencesOf(file, input, context, report));
  return await textContent(await readText(file, input, context, report));
}

const NO_WORDS: Utf8Dictionary = {
  words: { offsets: new Int32Array(1), bytes: new Uint8Array(0) },
  counts: new Float64Array(0),
  documents: new Float64Array(0),
};

async function emptyShard({ source, documents }: IngestInput): Promise<ArtifactContent> {
  const none = new Int32Array(0);
  if (source.kind === 'documents') {
    return await documentsContent({
      dictionary: NO_WORDS,
      tokens: none,
      rowOffsets: new Int32Array(1),
      documents: 0,
      replaced: 0,
      ids: [],
      splits: [],
      labels: [],
      ...(documents.payload !== '' && { payloads: [] }),
      vectors: { rows: [], terms: [], weights: [] },
    });
  }
  if (source.kind === 'pairs')
    return await pairsContent({
      dictionary: NO_WORDS,
      rows: none,
      columns: none,
      sums: new Float64Array(0),
      pairs: 0,
      loops: 0,
    });
  return await textContent({
    dictionary: NO_WORDS,
    tokens: none,
    rowOffsets: new Int32Array(1),
    documents: 0,
    replaced: 0,
  });
}

async function textContent({
  dictionary,
  tokens,
  rowOffsets,
  documents,
  replaced,
}: TextShard): Promise<ArtifactContent> {
  const columns = { tokens: { offsets: rowOffsets, values: tokens } };
  const bytes = await encodeParquet(TOKENS, columns, { dress: 'internal' });
  const parts = [
    { name: 'tokens.parquet', bytes, rows: rowOffsets.length - 1 },
    await dictionaryPart(dictionary),
  ];
  return {
    parts,
    rows: tokens.length,
    facts: { documents, words: dictionary.counts.length, replaced },
  };
}

async function documentsContent({
  ids,
  splits,
  labels,
  payloads,
  vectors,
  ...text
}: DocumentsShard): Promise<ArtifactContent> {
  const content = await textContent(text);
  const offsets = new Int32Array(ids.length + 1);
  for (const [at, each] of labels.entries()) offsets[at + 1] = offsets[at]! + each.length;
  const columns = { id: ids, split: splits, labels: { offsets, values: labels.flat() } };
  const dress = { dress: 'internal' } as const;
  const documents = payloads
    ? await encodeParquet(
        { ...DOCUMENTS, ...ITEM_PAYLOAD },
        { ...columns, payload: payloads },
        dress,
      )
    : await encodeParquet(DOCUMENTS, columns, dress);
  const parts = [
    ...content.parts,
    { name: 'documents.parquet', bytes: documents, rows: ids.length },
  ];
  if (vectors) {
    const { rows, terms, weights } = vectors;
    const columns = {
      row: Int32Array.from(rows),
      term: Int32Array.from(terms),
      weight: Float32Array.from(weights),
    };
    parts.push({
      name: 'weights.parquet',
      bytes: await encodeParquet(WEIGHTS, columns, { dress: 'internal' }),
      rows: rows.length,
    });
  }
  return { ...content, parts, rows: ids.length };
}

async function pairsContent({
  dictionary,
  rows,
  columns,
  sums,
  pairs,
  loops,
}: PairRun): Promise<ArtifactContent> {
  const bytes = await encodeParquet(
    PAIRS,
    { row: rows, column: columns, sum: toInt64(sums) },
    { dress: 'internal' },
  );
  const parts = [
    { name: 'pairs.parquet', bytes, rows: rows.length },
    await dictionaryPart(dictionary),
  ];
  return {
    parts,
    rows: pairs,
    facts: {
      documents: pairs,
      words: dictionary.counts.length,
      replaced: 0,
      loops,
      scale: PAIR_SCALE,
    },
  };
}

async function dictionaryPart(dictionary: Utf8Dictionary): Promise<PartToWrite> {
  return {
    name: 'dictionary.parquet',
    bytes: await encodeDictionary(dictionary),
    rows: dictionary.counts.length,
  };
}

export async function encodeDictionary({
  words,
  counts,
  documents,
}: Dictionary | Utf8Dictionary): Promise<Uint8Array> {
  const columns = { word: words, count: toInt64(counts), documents: toInt64(documents) };
  return await encodeParquet(DICTIONARY, columns, { dress: 'internal' });
}
