import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mapWords } from '../../kernels/words/unite-words.ts';
import type { ArtifactReference } from '../../schemas/artifact.ts';
import { MARGINALS } from '../../schemas/tables.ts';
import { openArtifact } from '../../store/artifacts.ts';
import { createCountsWriter } from '../../store/tables/counts-file.ts';
import { growingFile } from '../../store/growing-file.ts';
import { decodeWords, encodeParquet } from '../../store/tables/parquet.ts';
import type { Store } from '../../store/store.ts';
import { type MappedSortedRun, mergeRuns } from './merge-runs.ts';
import { countsParts, openSortedRun } from './read-run.ts';
import { countArtifact, mergeArtifact, type MergeParameters } from './name-counts.ts';
import { type StageContext, type StageInput } from '../stage/stage.ts';
import { throttled } from '../stage/throttled.ts';
import type { BatchOutput } from '../stage/batch-output.ts';
import { type ArtifactContent, produceArtifact } from '../stage/produce-artifact.ts';
import { readGroups } from './read-groups.ts';

declare module '../stages.ts' {
  interface Stages {
    merge: typeof merge;
  }
}

interface MergeInput extends StageInput, MergeParameters {
  groups: ArtifactReference;
  from: number;
  to: number;
}

/** Of the rows: what is not yet in a file. */
const MAX_BYTES_IN_MEMORY = 2 ** 26;

/**
 * Merges the runs of all groups to rows [from, to) of the vocabulary, upper half. Rows: pairs of
 * words.
 */
export async function merge(input: MergeInput, context: StageContext): Promise<BatchOutput> {
  const store = context.openStore(input.store);
  const { parameters, inputs } = mergeArtifact(input, input);
  const scratch = await mkdtemp(join(tmpdir(), 'hashloom-merge-'));
  try {
    return await produceArtifact(
      context,
      store,
      { stage: 'merge', parameters, inputs, force: input.force },
      () => mergeRange(store, input, context, join(scratch, 'rows')),
    );
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function mergeRange(
  store: Store,
  input: MergeInput,
  context: StageContext,
  path: string,
): Promise<ArtifactContent> {
  const { from, to } = input;
  const { runs, size, scale } = await openSortedRuns(store, input, context);
  const writer = createCountsWriter(growingFile(path, MAX_BYTES_IN_MEMORY));
  const onProgress = throttled((done, total) => context.onProgress(done, total));
  const merging = await mergeRuns(runs, { size, from, to }, writer, (row) =>
    onProgress(row - from, to - from),
  );
  const file = writer.finish();
  const marginal = merging.marginals();
  const parts = [
    ...(await countsParts(file, 'rows')),
    {
      name: 'marginals.parquet',
      bytes: await encodeParquet(MARGINALS, { marginal }, { profile: 'internal' }),
      rows: size,
    },
  ];
  return { parts, rows: file.entries, facts: { words: size, scale, from, to } };
}

let kept: { key: string; runs: MappedSortedRun[]; size: number; scale: number } | undefined;

/**
 * The runs' indexes, and their words as ids: the same for every range, so a thread keeps those of
 * one merge.
 */
async function openSortedRuns(
  store: Store,
  input: MergeInput,
  context: StageContext,
): Promise<{ runs: MappedSortedRun[]; size: number; scale: number }> {
  const key = JSON.stringify([
    store.uri,
    mergeArtifact(input, { from: 0, to: 0 }).artifact.key,
    input.groups.key,
  ]);
  if (kept?.key === key) return kept;
  kept = undefined;
  const vocabulary = await openArtifact(store, input.vocabulary);
  const words = await decodeWords(
    await vocabulary.part('vocabulary.parquet'),
    'word',
    'vocabulary.parquet',
  );
  const groups = await readGroups(store, input.groups);
  const runs: MappedSortedRun[] = [];
  let scale = 1;
  for (const [at, group] of groups.entries()) {
    context.onProgress(at, groups.length);
    const artifact = await openArtifact(store, countArtifact(group, input).artifact);
    scale = Number(artifact.manifest.facts['scale']);
    const toGlobal = mapWords(
      await decodeWords(
        await artifact.part('words.parquet'),
        'word',
        `words of ${artifact.reference.key}`,
      ),
      words,
    );
    runs.push({ sortedRun: await openSortedRun(artifact, 'run'), toGlobal });
  }
  kept = { key, runs, size: words.offsets.length - 1, scale };
  return kept;
}
