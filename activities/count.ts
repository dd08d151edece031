import { mapToVocabulary } from '../kernels/choose-vocabulary.ts';
import { PAIR_SCALE } from '../kernels/collect-pairs.ts';
import { createRowCounter } from '../kernels/count-rows.ts';
import { mergeDictionaries } from '../kernels/merge-dictionaries.ts';
import { windowScale } from '../kernels/window-scale.ts';
import type { ArtifactReference } from '../schemas/artifact.ts';
import { BLOCKS, COMMON, RUN_ROWS, TOKENS, WORDS } from '../schemas/tables.ts';
import { type Artifact, openArtifact, type PartToWrite } from '../store/artifacts.ts';
import { type CountsFile, createCountsWriter } from '../store/counts-file.ts';
import { decodeParquet, encodeParquet } from '../store/parquet.ts';
import type { Store } from '../store/store.ts';
import { readGroups } from './group-files.ts';
import type { BatchOutput } from './ingest.ts';
import { readDictionary } from './merge-dictionaries.ts';
import { runOfPairs } from './pair-run.ts';
import { countArtifact, type CountParameters } from './shard-artifacts.ts';
import { type ArtifactContent, produceArtifact, type StageContext, type StageInput } from './stage-context.ts';

export interface CountInput extends StageInput, CountParameters {
  groups: ArtifactReference;
  from: number;
  to: number;
}

/** Between two reports: each wakes another thread. */
export const REPORT_MS = 200;

/** Counts the cooccurrences of groups [from, to) of files, each into sorted runs; pairs are runs already. Rows: pairs of words. */
export async function count(input: CountInput, context: StageContext): Promise<BatchOutput> {
  const store = context.openStore(input.store);
  const groups = await readGroups(store, input.groups);
  const output: BatchOutput = { cached: true, rows: 0, bytes: 0 };
  for (const members of groups.slice(input.from, input.to)) {
    const { parameters, inputs } = countArtifact(members, input);
    const run = await produceArtifact(context, store, { stage: 'count', parameters, inputs, force: input.force }, () => countGroup(store, members, input, context));
    output.cached &&= run.cached;
    output.rows += run.rows;
    output.bytes += run.bytes;
  }
  return output;
}

/** One dictionary of the group; its documents are counted in pieces of `groupTokens`, so that a file of any size takes the memory of a piece. */
async function countGroup(store: Store, members: ArtifactReference[], input: CountInput, context: StageContext): Promise<ArtifactContent> {
  const common = await openArtifact(store, input.common);
  const { word: commonWords } = await decodeParquet(await common.part('words.parquet'), COMMON, 'words.parquet');
  const { words, counted, shards, dictionaries } = await openGroup(store, members, commonWords);
  const counter = createRowCounter(counted.length, input.window);
  const parts: PartToWrite[] = [{ name: 'words.parquet', bytes: await encodeParquet(WORDS, { word: counted }, { dress: 'internal' }), rows: counted.length }];
  const isPairs = shards[0]?.manifest.parameters['kind'] === 'pairs';
  let rows = 0;
  let runs = 0;
  let reported = Date.now();
  const finishRun = async () => {
    const run = createCountsWriter();
    for (const { from, ends, columns, sums } of counter.rows()) {
      run.add(from, ends, columns, sums);
      if (Date.now() - reported < REPORT_MS) continue;
      reported = Date.now();
      context.report(from, counted.length, { pairs: rows });
    }
    const file = run.finish();
    parts.push(...(await countsParts(file, runs)));
    rows += file.entries;
    runs += 1;
  };
  for (const [at, shard] of shards.entries()) {
    context.report(at, shards.length, { pairs: rows });
    const toIds = mapToVocabulary(dictionaries[at]!, counted);
    if (isPairs) {
      const file = await runOfPairs(shard, toIds, counted.length);
      parts.push(...(await countsParts(file, runs)));
      rows += file.entries;
      runs += 1;
      continue;
    }
    const { tokens } = await decodeParquet(await shard.part('tokens.parquet'), TOKENS, `tokens of ingest/${members[at]!.key}`);
    for (let d = 0; d + 1 < tokens.offsets.length; d++) {
      const document = tokens.values.subarray(tokens.offsets[d], tokens.offsets[d + 1]);
      if (counter.size() > 0 && counter.size() + document.length > input.groupTokens) await finishRun();
      counter.addDocument(document, toIds);
    }
  }
  if (!isPairs) await finishRun();
  return { parts, rows, facts: { scale: isPairs ? PAIR_SCALE : windowScale(input.window), runs, files: members.length, words } };
}

/** The words of a group that count, in word order, and its shards with the words of each. */
async function openGroup(store: Store, members: ArtifactReference[], common: string[]): Promise<{ words: number; counted: string[]; shards: Artifact[]; dictionaries: string[][] }> {
  const shards: Artifact[] = [];
  const dictionaries = [];
  for (const member of members) {
    const shard = await openArtifact(store, member);
    shards.push(shard);
    dictionaries.push(await readDictionary(shard));
  }
  const { words } = mergeDictionaries(dictionaries);
  const left = new Set(common);
  return { words: words.length, counted: words.filter((word) => !left.has(word)), shards, dictionaries: dictionaries.map((dictionary) => dictionary.words) };
}

/** A run as parts: its entries, where each row ends, where each block lies. */
export async function countsParts({ bytes, entries, blocks, rows, ends }: CountsFile, number: number): Promise<PartToWrite[]> {
  const name = String(number).padStart(5, '0');
  const integers = (value: (block: CountsFile['blocks'][number]) => number) => BigInt64Array.from(blocks, (block) => BigInt(value(block)));
  const table = {
    entries: integers((block) => block.entries),
    columnsAt: integers((block) => block.columnsAt),
    sumsAt: integers((block) => block.sumsAt),
    columnsCrc: integers((block) => block.columnsCrc),
    sumsCrc: integers((block) => block.sumsCrc),
  };
  return [
    { name: `run-${name}.parquet`, bytes, rows: entries },
    { name: `rows-${name}.parquet`, bytes: await encodeParquet(RUN_ROWS, { row: rows, end: ends }, { dress: 'internal' }), rows: rows.length },
    { name: `blocks-${name}.parquet`, bytes: await encodeParquet(BLOCKS, table, { dress: 'internal' }), rows: blocks.length },
  ];
}
