import {
  documentFrequencies,
  type TermChoice,
  chooseTerms,
  weighCounts,
} from '../../kernels/documents/weigh-terms.ts';
import { log } from '../../kernels/numbers/elementary.ts';
import { compareCodePoints } from '../../kernels/words/code-point-order.ts';
import type { ArtifactReference } from '../../schemas/artifact.ts';
import { Failure } from '../../schemas/failures.ts';
import { factsOfFields } from '../../schemas/field-types.ts';
import { ITEM_PAYLOAD, TERMS, TOKENS, WEIGHED_DOCUMENTS, WEIGHTS } from '../../schemas/tables.ts';
import { ENGLISH_STOP_WORDS } from '../../sources/text/stop-words.ts';
import { type Artifact, openArtifact } from '../../store/artifacts.ts';
import { decodeParquet, encodeParquet } from '../../store/tables/parquet.ts';
import { choosePart, type PartedDocument } from './split-documents.ts';
import { readListedFiles } from '../corpus/listed-files.ts';
import { ingestArtifact } from '../corpus/name-shards.ts';
import { itemRanges } from '../index/item-ranges.ts';
import { digestOfKeys } from '../affinity/name-counts.ts';
import {
  skippedFiles,
  type SkippedFiles,
  skippedParts,
  skippedShards,
} from '../corpus/skipped-files.ts';
import { collectSkippedRows, skippedRowParts, skippedRowsOf } from '../corpus/skipped-rows.ts';
import { type StageContext, type StageInput, type StageOutput } from '../stage/stage.ts';
import { readDictionary } from '../words/read-dictionary.ts';
import type { ShardOptions } from '../../sources/shards/shard.ts';
import { type ArtifactContent, produceArtifact } from '../stage/produce-artifact.ts';

declare module '../stages.ts' {
  interface Stages {
    weighDocuments: typeof weighDocuments;
  }
}

interface WeighDocumentsInput extends StageInput, ShardOptions {
  files: ArtifactReference;
}

interface WeighDocumentsOutput extends StageOutput {
  skipped: SkippedFiles;
  /** Ranges of documents for what comes next: range k is [batches[k], batches[k + 1]). */
  batches: number[];
}

/** Each range reads all documents, so there are not many. */
const RANGES = { least: 16_384, most: 64 };

/**
 * Documents of a shard that are kept, as counts or given weights of terms: row r is entries
 * [offsets[r], offsets[r + 1]).
 */
interface ShardCounts {
  offsets: Int32Array;
  /** The shard's own ids, or the given ones. */
  terms: Int32Array;
  values: Float32Array;
  /** By own id; undefined where terms are given. */
  words?: string[];
}

/**
 * Documents to sparse vectors by the vocabulary of their training part
 * (kernels/documents/weigh-terms.ts). Shards are read one by one, twice: for the document
 * frequencies, then for the weights. Rows: documents.
 */
export async function weighDocuments(
  input: WeighDocumentsInput,
  context: StageContext,
): Promise<WeighDocumentsOutput> {
  const store = context.openStore(input.store);
  const files = await readListedFiles(store, input.files);
  const shards = files.map((file) => ingestArtifact(file, input).artifact);
  const recipe = {
    stage: 'weigh',
    parameters: { documents: input.documents, shards: digestOfKeys(shards) },
    inputs: [],
    force: input.force,
  } as const;
  const output = await produceArtifact(context, store, recipe, async () => {
    const opened = await Promise.all(shards.map((shard) => openArtifact(store, shard)));
    const { parts, rows, facts } = await weighAll(opened, input, context);
    const skipped = skippedShards(files, opened);
    const { all, add } = collectSkippedRows();
    for (const shard of opened) add(await skippedRowsOf(shard));
    const left = { skipped: skipped.length, ...(all.count > 0 && { skippedRows: all.count }) };
    return {
      parts: [...parts, ...(await skippedParts(skipped)), ...(await skippedRowParts(all))],
      rows,
      facts: { ...facts, ...left },
    };
  });
  return {
    ...output,
    skipped: await skippedFiles(store, output),
    batches: itemRanges(output.rows, RANGES),
  };
}

async function weighAll(
  shards: Artifact[],
  { documents: options }: WeighDocumentsInput,
  context: StageContext,
): Promise<ArtifactContent> {
  const { documents, leftOut, fields } = await choosePart(shards, options);
  const byShard = new Map<number, PartedDocument[]>();
  for (const document of documents) {
    const list = byShard.get(document.shard);
    if (list) list.push(document);
    else byShard.set(document.shard, [document]);
  }
  const frequencies = new Map<string, number>();
  let largest = -1;
  for (const [at, shard] of shards.entries()) {
    context.onProgress(at, 2 * shards.length);
    const counts = await countsOf(shard, options.terms !== '');
    const rows = (byShard.get(at) ?? [])
      .filter(({ training }) => training)
      .map(({ position }) => position);
    for (const [term, count] of documentFrequencies(counts.offsets, counts.terms, rows)) {
      const word = counts.words?.[term] ?? String(term);
      frequencies.set(word, (frequencies.get(word) ?? 0) + count);
    }
    for (const term of counts.words ? [] : counts.terms) largest = Math.max(largest, term);
  }
  const training = documents.filter((document) => document.training).length;
  const chosen =
    options.terms === ''
      ? chooseTerms(
          frequencies,
          training,
          options.stopWords === 'english' ? ENGLISH_STOP_WORDS : new Set(),
          options,
          compareCodePoints,
        )
      : givenTerms(frequencies, largest + 1, training, options.vectorWeights === 'idf');
  if (chosen.terms.length === 0)
    throw new Failure(
      'DataError',
      `documents: no word is in ${options.minimumDocuments} or more of the ${training} ` +
        'training documents; lower documents.minimumDocuments',
    );
  const idOf = new Map(chosen.terms.map((term, id) => [term, id]));
  const isUnit = options.terms === '' || options.vectorWeights === 'idf';
  const entries = {
    row: [] as Int32Array[],
    term: [] as Int32Array[],
    weight: [] as Float32Array[],
  };
  let empty = 0;
  for (const [at, shard] of shards.entries()) {
    context.onProgress(shards.length + at, 2 * shards.length);
    const counts = await countsOf(shard, options.terms !== '');
    const global = counts.words?.map((word) => idOf.get(word) ?? -1);
    for (const document of byShard.get(at) ?? []) {
      const [from, to] = [
        counts.offsets[document.position]!,
        counts.offsets[document.position + 1]!,
      ];
      const weighed = weighCounts(
        counts.terms.subarray(from, to),
        counts.values.subarray(from, to),
        global,
        chosen.scales,
        options.terms === '' ? options.frequency : 'count',
        isUnit,
      );
      if (weighed.terms.length === 0) empty += 1;
      entries.row.push(new Int32Array(weighed.terms.length).fill(document.row));
      entries.term.push(weighed.terms);
      entries.weight.push(weighed.weights);
    }
  }
  const content = await contentOf(documents, chosen, entries, { leftOut, empty, training });
  return { ...content, facts: { ...content.facts, ...factsOfFields(fields) } };
}

/** Ready-made terms are their numbers; frequencies serve idf alone. */
function givenTerms(
  frequencies: ReadonlyMap<string, number>,
  count: number,
  training: number,
  idf: boolean,
): TermChoice {
  const terms = Array.from({ length: count }, (_, id) => String(id));
  const documents = Int32Array.from(terms, (term) => frequencies.get(term) ?? 0);
  return {
    terms,
    documents,
    scales: Float64Array.from(documents, (df) => (idf ? log((1 + training) / (1 + df)) + 1 : 1)),
  };
}

async function countsOf(shard: Artifact, isGiven: boolean): Promise<ShardCounts> {
  const { values: tokens, offsets } = (
    await decodeParquet(await shard.part('tokens.parquet'), TOKENS, 'tokens.parquet')
  ).tokens;
  if (!isGiven)
    return { ...countTokens(offsets, tokens), words: (await readDictionary(shard)).words };
  const { row, term, weight } = await decodeParquet(
    await shard.part('weights.parquet'),
    WEIGHTS,
    'weights.parquet',
  );
  const starts = new Int32Array(offsets.length);
  for (const each of row) starts[each + 1]! += 1;
  for (let at = 1; at < starts.length; at++) starts[at]! += starts[at - 1]!;
  return { offsets: starts, terms: term, values: weight };
}

/** Distinct tokens of each document, ascending, with their counts. */
function countTokens(
  offsets: Int32Array,
  tokens: Int32Array,
): { offsets: Int32Array; terms: Int32Array; values: Float32Array } {
  const starts = new Int32Array(offsets.length);
  const terms = new Int32Array(tokens.length);
  const values = new Float32Array(tokens.length);
  let filled = 0;
  for (let row = 0; row + 1 < offsets.length; row++) {
    const sorted = tokens.slice(offsets[row], offsets[row + 1]).sort();
    for (const [at, token] of sorted.entries()) {
      if (token < 0) continue;
      if (at > 0 && sorted[at - 1] === token) values[filled - 1]! += 1;
      else {
        terms[filled] = token;
        values[filled++] = 1;
      }
    }
    starts[row + 1] = filled;
  }
  return { offsets: starts, terms: terms.subarray(0, filled), values: values.subarray(0, filled) };
}

async function contentOf(
  documents: PartedDocument[],
  { terms, documents: frequencies, scales }: TermChoice,
  entries: { row: Int32Array[]; term: Int32Array[]; weight: Float32Array[] },
  { leftOut, empty, training }: { leftOut: number; empty: number; training: number },
): Promise<ArtifactContent> {
  const profile = { profile: 'internal' } as const;
  const nonzeros = entries.row.reduce((sum, { length }) => sum + length, 0);
  const columns = {
    row: new Int32Array(nonzeros),
    term: new Int32Array(nonzeros),
    weight: new Float32Array(nonzeros),
  };
  let filled = 0;
  for (const [at, row] of entries.row.entries()) {
    columns.row.set(row, filled);
    columns.term.set(entries.term[at]!, filled);
    columns.weight.set(entries.weight[at]!, filled);
    filled += row.length;
  }
  const sorted = documents.toSorted((a, b) => compareCodePoints(a.id, b.id));
  const offsets = new Int32Array(sorted.length + 1);
  for (const [at, { labels }] of sorted.entries()) offsets[at + 1] = offsets[at]! + labels.length;
  const table = {
    id: sorted.map(({ id }) => id),
    training: Int32Array.from(sorted, (document) => (document.training ? 1 : 0)),
    row: Int32Array.from(sorted, ({ row }) => row),
    labels: { offsets, values: sorted.flatMap(({ labels }) => labels) },
  };
  const labels = new Set(table.labels.values).size;
  const payload = sorted.some((document) => document.payload !== undefined)
    ? sorted.map((document) => document.payload ?? '')
    : undefined;
  return {
    parts: [
      {
        name: 'terms.parquet',
        bytes: await encodeParquet(
          TERMS,
          { term: terms, documents: frequencies, scale: scales },
          profile,
        ),
        rows: terms.length,
      },
      {
        name: 'documents.parquet',
        bytes: payload
          ? await encodeParquet(
              { ...WEIGHED_DOCUMENTS, ...ITEM_PAYLOAD },
              { ...table, payload },
              profile,
            )
          : await encodeParquet(WEIGHED_DOCUMENTS, table, profile),
        rows: sorted.length,
      },
      {
        name: 'weights.parquet',
        bytes: await encodeParquet(WEIGHTS, columns, profile),
        rows: nonzeros,
      },
    ],
    rows: documents.length,
    facts: {
      terms: terms.length,
      training,
      test: documents.length - training,
      labels,
      nonzeros,
      empty,
      leftOut,
      payloads: payload !== undefined,
    },
  };
}
