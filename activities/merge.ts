import { mapToVocabulary } from '../kernels/choose-vocabulary.ts';
import { mergeRows } from '../kernels/merge-rows.ts';
import type { ArtifactReference } from '../schemas/artifact.ts';
import { MARGINALS, VOCABULARY, WORDS } from '../schemas/tables.ts';
import { openArtifact } from '../store/artifacts.ts';
import { createCountsWriter } from '../store/counts-file.ts';
import { decodeParquet, encodeParquet } from '../store/parquet.ts';
import type { Store } from '../store/store.ts';
import { readGroups } from './group-files.ts';
import { REPORT_MS } from './count.ts';
import type { BatchOutput } from './ingest.ts';
import { openCursor, openRun, type Run, type RunCursor } from './read-run.ts';
import { countArtifact, mergeArtifact, type MergeParameters } from './shard-artifacts.ts';
import { type ArtifactContent, produceArtifact, type StageContext, type StageInput } from './stage-context.ts';

export interface MergeInput extends StageInput, MergeParameters {
  groups: ArtifactReference;
  from: number;
  to: number;
}

/** A run and what its words are in the vocabulary. */
interface MappedRun {
  run: Run;
  toGlobal: Int32Array;
}

/** Entries between two writes. */
const ROOM = 1 << 16;

/** Merges the runs of all groups to rows [from, to) of the vocabulary, upper half. Rows: pairs of words. */
export async function merge(input: MergeInput, context: StageContext): Promise<BatchOutput> {
  const store = context.openStore(input.store);
  const { parameters, inputs } = mergeArtifact(input, input);
  return await produceArtifact(context, store, { stage: 'merge', parameters, inputs, force: input.force }, () => mergeRange(store, input, context));
}

/** Streams: of every run one block is in memory, of the result what is not yet written. */
async function mergeRange(store: Store, input: MergeInput, context: StageContext): Promise<ArtifactContent> {
  const { from, to } = input;
  const { runs, words, scale } = await openRuns(store, input, context);
  const merging = mergeRows(words, ROOM);
  const open = runs.map(({ run, toGlobal }) => {
    merging.addRun(toGlobal);
    return { run, toGlobal, cursor: openCursor(run), at: firstFrom(run, toGlobal, from) };
  });
  const file = createCountsWriter();
  let first = from;
  let reported = Date.now();
  let ends: number[] = [];
  const flush = () => {
    const { columns, sums } = merging.take();
    file.add(first, Uint32Array.from(ends), columns, sums);
    first += ends.length;
    ends = [];
  };
  for (let row = from; row < to; row++) {
    for (const [number, source] of open.entries()) {
      // Rows of words that are in no vocabulary lie between.
      while (source.at < source.run.rows.length && idOf(source) < row) source.at += 1;
      if (source.at === source.run.rows.length || idOf(source) !== row) continue;
      const { columns, sums } = source.cursor.has(source.at) ? source.cursor.take(source.at) : await source.cursor.read(source.at);
      merging.add(number, columns, sums);
      source.at += 1;
    }
    merging.endRow(row);
    ends.push(merging.pending());
    if (merging.pending() >= ROOM) {
      flush();
      if (Date.now() - reported < REPORT_MS) continue;
      reported = Date.now();
      context.report(row - from, to - from);
    }
  }
  flush();
  const { bytes, entries } = file.finish();
  const marginal = merging.marginals();
  const parts = [
    { name: 'rows.parquet', bytes, rows: entries },
    { name: 'marginals.parquet', bytes: await encodeParquet(MARGINALS, { marginal }, { dress: 'internal' }), rows: words },
  ];
  return { parts, rows: entries, facts: { words, scale, from, to } };
}

interface Source extends MappedRun {
  cursor: RunCursor;
  at: number;
}

/** The vocabulary's id of the run's row at work; -1 for a word that is in none. */
const idOf = ({ run, toGlobal, at }: Source): number => toGlobal[run.rows[at]!]!;

/** The first row of a run whose id is at least `from`: ids that are not -1 rise. */
function firstFrom(run: Run, toGlobal: Int32Array, from: number): number {
  let at = 0;
  while (at < run.rows.length && toGlobal[run.rows[at]!]! < from) at += 1;
  return at;
}

let kept: { key: string; runs: MappedRun[]; words: number; scale: number } | undefined;

/** The runs' indexes, and their words as ids: the same for every range, so a thread keeps those of one merge. */
async function openRuns(store: Store, input: MergeInput, context: StageContext): Promise<{ runs: MappedRun[]; words: number; scale: number }> {
  const key = JSON.stringify([store.uri, mergeArtifact(input, { from: 0, to: 0 }).artifact.key]);
  if (kept?.key === key) return kept;
  kept = undefined;
  const vocabulary = await openArtifact(store, input.vocabulary);
  const { word: words } = await decodeParquet(await vocabulary.part('vocabulary.parquet'), VOCABULARY, 'vocabulary.parquet');
  const groups = await readGroups(store, input.groups);
  const runs: MappedRun[] = [];
  let scale = 1;
  for (const [at, group] of groups.entries()) {
    context.report(at, groups.length);
    const artifact = await openArtifact(store, countArtifact(group, input).artifact);
    scale = Number(artifact.manifest.facts['scale']);
    const { word } = await decodeParquet(await artifact.part('words.parquet'), WORDS, `words of ${artifact.reference.key}`);
    const toGlobal = mapToVocabulary(word, words);
    for (let number = 0; number < Number(artifact.manifest.facts['runs']); number++) runs.push({ run: await openRun(artifact, number), toGlobal });
  }
  kept = { key, runs, words: words.length, scale };
  return kept;
}
