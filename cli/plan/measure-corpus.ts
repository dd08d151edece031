import { list, planBatches } from '../../activities/corpus/list.ts';
import { type ListedFile, readListedFiles } from '../../activities/corpus/listed-files.ts';
import type { StageContext } from '../../activities/stage/stage.ts';
import { buildDictionary } from '../../kernels/words/build-dictionary.ts';
import type { Configuration } from '../../schemas/configuration.ts';
import { isParquet } from '../../sources/detect-format.ts';
import { type OpenedSource, openSource } from '../../sources/open-source.ts';
import { rowKeeper } from '../../sources/row-keeper.ts';
import { readDocuments } from '../../sources/read-documents.ts';
import { openRecords } from '../../sources/text/read-lines.ts';
import { readPairs } from '../../sources/read-pairs.ts';
import { readSequences } from '../../sources/read-sequences.ts';
import { tokenise } from '../../sources/text/tokenise.ts';
import { openStore } from '../../store/open-store.ts';
import { lookingContext } from './planning-context.ts';
import { planningStore } from './planning-store.ts';

/** The corpus that a run is planned for. */
export interface PlannedCorpus {
  files: number;
  shards: number;
  /** As stored: compressed where it is. */
  bytes: number;
  /** Words, ids or pairs. */
  tokens: number;
  /** Bytes of each shard. */
  shardBytes: number[];
  /** Activities of ingestion. */
  batches: number;
}

interface CorpusSize {
  /** Plan for so many bytes like those that are there. */
  bytes?: number;
  /** And so many files. */
  files?: number;
  /** Known from an earlier ingestion of just these files. */
  tokens?: number;
}

/**
 * Lists the corpus and reads a little of it for its tokens a byte; then as if it had the size that
 * is asked for.
 */
export async function measureCorpus(
  configuration: Configuration,
  size: CorpusSize,
): Promise<PlannedCorpus> {
  const store = planningStore(openStore(configuration.store));
  const context = lookingContext((uri) => (uri === configuration.store ? store : openStore(uri)));
  const listed = await list({ store: configuration.store, force: false, configuration }, context);
  const shards = await readListedFiles(store, listed.artifact);
  const there = shards.map(({ start, end }) => end - start);
  const bytes = sum(there);
  const tokens =
    size.tokens ??
    (bytes === 0 ? 0 : bytes * (await tokensPerByte(shards, configuration, context)));
  if (size.bytes === undefined && size.files === undefined)
    return {
      files: listed.files,
      shards: shards.length,
      bytes,
      tokens,
      shardBytes: there,
      batches: listed.batches.length - 1,
    };
  const grown = (size.bytes ?? bytes) / Math.max(bytes, 1);
  const files = size.files ?? Math.max(1, Math.round(listed.files * grown));
  const count = Math.max(1, Math.round((files * shards.length) / Math.max(listed.files, 1)));
  const shardBytes = Array.from({ length: count }, () => (bytes * grown) / count);
  return {
    files,
    shards: count,
    bytes: bytes * grown,
    tokens: tokens * grown,
    shardBytes,
    batches: planBatches(shardBytes.map((each) => ({ size: each }))).length - 1,
  };
}

/** Read of a corpus: so many shards, evenly spaced, so many tokens of each. */
const SAMPLED_SHARDS = 16;
const SAMPLED_TOKENS = 2 ** 17;
/** A shard is read in steps of so many bytes, so that what was read of it is known. */
const STEP_BYTES = 64 * 1024;
/** Enough to know Parquet by. */
const HEAD_BYTES = 4;

async function tokensPerByte(
  shards: readonly ListedFile[],
  configuration: Configuration,
  context: StageContext,
): Promise<number> {
  const step = Math.max(1, shards.length / SAMPLED_SHARDS);
  let tokens = 0;
  let bytes = 0;
  for (let at = 0; at < shards.length; at += step) {
    const shard = shards[Math.floor(at)]!;
    const counting = countRead(openSource(shard, context.openStore));
    for await (const found of tokensOf(shard, counting.source, configuration)) {
      tokens += found;
      counting.tokens += found;
      if (counting.tokens >= SAMPLED_TOKENS) break;
    }
    bytes += counting.bytes;
  }
  return bytes === 0 ? 0 : tokens / bytes;
}

function countRead(source: OpenedSource) {
  const counting = { tokens: 0, bytes: 0, source: { ...source, stream, range } };
  return counting;

  async function* stream() {
    for await (const chunk of source.stream()) {
      for (let at = 0; at < chunk.length; at += STEP_BYTES) {
        const piece = chunk.subarray(at, at + STEP_BYTES);
        counting.bytes += piece.length;
        yield piece;
      }
    }
  }
  async function range(from: number, to: number): Promise<Uint8Array> {
    const bytes = await source.range(from, to);
    counting.bytes += bytes.length;
    return bytes;
  }
}

/** How many more tokens each piece of a shard holds. */
async function* tokensOf(
  shard: ListedFile,
  opened: OpenedSource,
  { source, tokens }: Configuration,
): AsyncGenerator<number, void, undefined> {
  // Of a known size a small file is decompressed at once, and counts as read when little of it was;
  // Parquet is read from its end.
  const isWhole = shard.start === 0 && shard.end === shard.size;
  const isByRanges = isWhole && isParquet(await opened.range(0, Math.min(shard.size, HEAD_BYTES)));
  const size = isByRanges ? shard.size : Number.POSITIVE_INFINITY;
  const file = { uri: shard.uri, size, start: shard.start };
  const rows = rowKeeper(source);
  if (source.kind === 'pairs') {
    for await (const _ of readPairs(
      await openRecords(file, opened.stream(), source, opened.range),
      source,
      rows,
    ))
      yield 1;
  } else if (source.kind === 'sequences') {
    for await (const ids of readSequences(
      await openRecords(file, opened.stream(), source, opened.range),
      source,
      rows,
    ))
      yield ids.length;
  } else {
    const dictionary = buildDictionary();
    const tokeniser = tokenise(tokens, dictionary);
    for await (const piece of readDocuments(file, opened.stream(), source, rows, opened.range)) {
      const before = dictionary.size();
      tokeniser.push(piece.bytes);
      if (piece.endsDocument) {
        tokeniser.end();
        dictionary.endDocument();
      }
      yield dictionary.size() - before;
    }
  }
}

const sum = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0);
