import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PAIR_SCALE } from '../../kernels/affinity/collect-pairs.ts';
import { createRowCounter, type RowCounter } from '../../kernels/affinity/count-rows.ts';
import { uniteWords } from '../../kernels/words/unite-words.ts';
import { windowScale } from '../../kernels/affinity/window-scale.ts';
import type { Utf8Words } from '../../kernels/words/word-table.ts';
import type { ArtifactReference } from '../../schemas/artifact.ts';
import { TOKENS, WORDS } from '../../schemas/tables.ts';
import { type Artifact, openArtifact, type PartToWrite } from '../../store/artifacts.ts';
import { type CountsFile, createCountsWriter } from '../../store/tables/counts-file.ts';
import { growingFile } from '../../store/growing-file.ts';
import { decodeParquet, decodeWords, encodeParquet } from '../../store/tables/parquet.ts';
import type { Store } from '../../store/store.ts';
import { mergePieces } from './merge-pieces.ts';
import { sortedRunOfPairs } from './pair-run.ts';
import { countsParts } from './read-run.ts';
import { countArtifact, type CountParameters } from './name-counts.ts';
import { type StageContext, type StageInput } from '../stage/stage.ts';
import { throttled } from '../stage/throttled.ts';
import type { BatchOutput } from '../stage/batch-output.ts';
import { type ArtifactContent, produceArtifact } from '../stage/produce-artifact.ts';
import { readGroups } from './read-groups.ts';

declare module '../stages.ts' {
  interface Stages {
    count: typeof count;
  }
}

interface CountInput extends StageInput, CountParameters {
  groups: ArtifactReference;
  /** What all threads of a worker may take together for what they count and merge, in MiB. */
  memoryMiB: number;
  from: number;
  to: number;
}

/** Of a word of the group, beside its tokens: accumulators, places, entries of a row. */
const BYTES_A_WORD = 80;
/** Of a token: its id, its place, what grows ahead. */
const BYTES_A_TOKEN = 12;
/** Of a run that is the only one of its group: what is not yet in a file. */
const MAX_BYTES_IN_MEMORY = 2 ** 26;
const MIN_PIECE = 2 ** 16;

/**
 * Counts the cooccurrences of groups [from, to) of files, each into a sorted run; pairs are runs
 * already. Rows: pairs of words.
 */
export async function count(input: CountInput, context: StageContext): Promise<BatchOutput> {
  const store = context.openStore(input.store);
  const groups = await readGroups(store, input.groups);
  const output: BatchOutput = { cached: true, rows: 0, bytes: 0 };
  for (const members of groups.slice(input.from, input.to)) {
    const { parameters, inputs } = countArtifact(members, input);
    const scratch = await mkdtemp(join(tmpdir(), 'hashloom-count-'));
    try {
      const sortedRun = await produceArtifact(
        context,
        store,
        { stage: 'count', parameters, inputs, force: input.force },
        () => countGroup(store, members, input, context, scratch),
      );
      output.cached &&= sortedRun.cached;
      output.rows += sortedRun.rows;
      output.bytes += sortedRun.bytes;
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  }
  return output;
}

/**
 * One dictionary of the group; its documents are counted in pieces that fit in memory, which are
 * merged: the bytes do not depend on the pieces.
 */
async function countGroup(
  store: Store,
  members: ArtifactReference[],
  input: CountInput,
  context: StageContext,
  scratch: string,
): Promise<ArtifactContent> {
  const common = await openArtifact(store, input.common);
  const { shards, words, places, distinct } = await openGroup(
    store,
    members,
    await decodeWords(await common.part('words.parquet'), 'word', 'words.parquet'),
  );
  const size = words.offsets.length - 1;
  const isPairs = shards[0]?.manifest.parameters['kind'] === 'pairs';
  const onProgress = throttled((done, total) =>
    context.onProgress(done, total, { pairs: pieces.entries() }),
  );
  const pieces = mergePieces(size, scratch, onProgress);

  if (isPairs) {
    for (const [at, shard] of shards.entries()) {
      await pieces.add(
        await sortedRunOfPairs(
          shard,
          places[at]!,
          size,
          growingFile(pieces.place(), shards.length === 1 ? MAX_BYTES_IN_MEMORY : 0),
        ),
      );
      onProgress(at, shards.length);
    }
  } else {
    const counter = createRowCounter(size, input.window);
    const pieceTokens = tokensOfPiece(input.memoryMiB / context.stageThreads, size);
    const finishPiece = async (isOnly: boolean) =>
      await pieces.add(
        writeRows(counter, size, pieces.place(), isOnly ? MAX_BYTES_IN_MEMORY : 0, onProgress),
      );
    for (const [at, shard] of shards.entries()) {
      onProgress(at, shards.length);
      const { tokens } = await decodeParquet(
        await shard.part('tokens.parquet'),
        TOKENS,
        `tokens of ingest/${members[at]!.key}`,
      );
      for (let row = 0; row + 1 < tokens.offsets.length; row++) {
        const document = tokens.values.subarray(tokens.offsets[row], tokens.offsets[row + 1]);
        if (counter.size() > 0 && counter.size() + document.length > pieceTokens)
          await finishPiece(false);
        let from = 0;
        for (; document.length - from > pieceTokens; from += pieceTokens) {
          counter.addDocument(document.subarray(from, from + pieceTokens), places[at]!);
          await finishPiece(false);
          counter.addCut(document, from + pieceTokens, places[at]!);
        }
        counter.addDocument(document.subarray(from), places[at]!);
      }
    }
    await finishPiece(pieces.pieces() === 0);
  }
  const sortedRun = await pieces.finish();
  const parts: PartToWrite[] = [
    {
      name: 'words.parquet',
      bytes: await encodeParquet(WORDS, { word: words }, { profile: 'internal' }),
      rows: size,
    },
    ...(await countsParts(sortedRun, 'run')),
  ];
  return {
    parts,
    rows: sortedRun.entries,
    facts: {
      scale: isPairs ? PAIR_SCALE : windowScale(input.window),
      files: members.length,
      words: distinct,
    },
  };
}

/**
 * The words of a group that count, in word order, and its shards with the place of each of their
 * words among them.
 */
async function openGroup(store: Store, members: ArtifactReference[], common: Utf8Words) {
  const shards: Artifact[] = [];
  const dictionaries: Utf8Words[] = [];
  for (const member of members) {
    const shard = await openArtifact(store, member);
    shards.push(shard);
    dictionaries.push(
      await decodeWords(
        await shard.part('dictionary.parquet'),
        'word',
        `dictionary of ingest/${member.key}`,
      ),
    );
  }
  return { shards, ...uniteWords(dictionaries, common) };
}

/** Tokens that a thread counts at once within its memory. */
export function tokensOfPiece(mebibytes: number, words: number): number {
  return Math.max(
    MIN_PIECE,
    Math.floor((mebibytes * 2 ** 20 - words * BYTES_A_WORD - MAX_BYTES_IN_MEMORY) / BYTES_A_TOKEN),
  );
}

function writeRows(
  counter: RowCounter,
  size: number,
  path: string,
  mostBytes: number,
  onProgress: (done: number, total: number) => void,
): CountsFile {
  const sortedRun = createCountsWriter(growingFile(path, mostBytes));
  for (const rows of counter.rows()) {
    sortedRun.add(rows.from, rows.ends, rows.code());
    onProgress(rows.from, size);
  }
  return sortedRun.finish();
}
