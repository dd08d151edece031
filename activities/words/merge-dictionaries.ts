import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Utf8Dictionary } from '../../kernels/words/build-dictionary.ts';
import type { ArtifactReference } from '../../schemas/artifact.ts';
import { openArtifact, type PartToWrite } from '../../store/artifacts.ts';
import { budgetOf, decodeUtf8Dictionary, mergeInBudget, regrouped } from './dictionary-runs.ts';
import { readListedFiles } from '../corpus/listed-files.ts';
import { ingestArtifact } from '../corpus/name-shards.ts';
import { digestOfKeys } from '../affinity/name-counts.ts';
import {
  type SkippedFile,
  skippedFiles,
  type SkippedFiles,
  skippedParts,
  skippedShards,
} from '../corpus/skipped-files.ts';
import { collectSkippedRows, skippedRowParts, skippedRowsOf } from '../corpus/skipped-rows.ts';
import { type StageContext, type StageInput, type StageOutput } from '../stage/stage.ts';
import { encodeDictionary } from '../corpus/dictionary-table.ts';
import type { ShardOptions } from '../../sources/shards/shard.ts';
import { produceArtifact } from '../stage/produce-artifact.ts';

declare module '../stages.ts' {
  interface Stages {
    mergeDictionaries: typeof mergeDictionaries;
  }
}

interface MergeDictionariesInput extends StageInput, ShardOptions {
  files: ArtifactReference;
  /** Beyond it sorted runs are written to disk and merged; changes nothing of the result. */
  memoryMiB: number;
}

/** Dictionaries of shards that are read at once. */
const READ_AHEAD = 8;
/** Words of a part of the corpus's dictionary: the same whatever the memory. */
const PART_WORDS = 2 ** 16;

interface MergeDictionariesOutput extends StageOutput {
  skipped: SkippedFiles;
}

/**
 * The dictionary of the corpus from those of its shards, and the list of files that were left out.
 * Rows: words.
 */
export async function mergeDictionaries(
  input: MergeDictionariesInput,
  context: StageContext,
): Promise<MergeDictionariesOutput> {
  const folder = await mkdtemp(join(tmpdir(), 'hashloom-dictionary-'));
  try {
    return await mergeAll(input, context, folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The parts are written to a local folder first. */
async function mergeAll(
  input: MergeDictionariesInput,
  context: StageContext,
  folder: string,
): Promise<MergeDictionariesOutput> {
  const store = context.openStore(input.store);
  const files = await readListedFiles(store, input.files);
  const shards = files.map((file) => ingestArtifact(file, input).artifact);
  const parameters = { shards: digestOfKeys(shards) };
  const recipe = { stage: 'dictionary', parameters, inputs: [], force: input.force } as const;
  const output = await produceArtifact(context, store, recipe, async () => {
    let documents = 0;
    let replaced = 0;
    const skipped: SkippedFile[] = [];
    const skippedRows = collectSkippedRows();
    async function* dictionaries(): AsyncGenerator<Utf8Dictionary, void, undefined> {
      for (let at = 0; at < shards.length; at += READ_AHEAD) {
        context.onProgress(at, shards.length);
        const group = await Promise.all(
          shards.slice(at, at + READ_AHEAD).map((shard) => openArtifact(store, shard)),
        );
        skipped.push(...skippedShards(files.slice(at), group));
        for (const shard of group) {
          skippedRows.add(await skippedRowsOf(shard));
          const { manifest } = shard;
          documents += Number(manifest.facts['documents']);
          replaced += Number(manifest.facts['replaced']);
        }
        yield* await Promise.all(
          group.map(async (shard) =>
            decodeUtf8Dictionary(await shard.part('dictionary.parquet'), 'dictionary.parquet'),
          ),
        );
      }
    }
    const parts: PartToWrite[] = [];
    let rows = 0;
    for await (const piece of regrouped(
      mergeInBudget(dictionaries(), budgetOf(input.memoryMiB)).pieces,
      PART_WORDS,
    )) {
      const name = `dictionary-${String(parts.length).padStart(5, '0')}.parquet`;
      await writeFile(join(folder, name), await encodeDictionary(piece));
      parts.push({ name, file: join(folder, name), rows: piece.counts.length });
      rows += piece.counts.length;
      context.onProgress(shards.length, shards.length, { words: rows });
    }
    const { all } = skippedRows;
    parts.push(...(await skippedParts(skipped)), ...(await skippedRowParts(all)));
    const left = { skipped: skipped.length, ...(all.count > 0 && { skippedRows: all.count }) };
    return { parts, rows, facts: { documents, replaced, ...left } };
  });
  return { ...output, skipped: await skippedFiles(store, output) };
}
