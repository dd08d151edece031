import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Dictionary, Utf8Dictionary } from '../../kernels/words/build-dictionary.ts';
import type { ArtifactReference } from '../../schemas/artifact.ts';
import { type Artifact, openArtifact, type PartToWrite } from '../../store/artifacts.ts';
import type { Store } from '../../store/store.ts';
import {
  budgetOf,
  decodeDictionary,
  decodeUtf8Dictionary,
  mergeInBudget,
  regrouped,
} from './dictionary-runs.ts';
import { encodeDictionary } from '../corpus/ingest.ts';
import { readListedFiles } from '../corpus/listed-files.ts';
import { ingestArtifact, type IngestParameters } from '../corpus/name-shards.ts';
import { digestOfKeys } from '../affinity/name-counts.ts';
import {
  type SkippedFile,
  skippedFiles,
  type SkippedFiles,
  skippedParts,
  skippedShards,
} from '../corpus/skipped-files.ts';
import {
  produceArtifact,
  type StageContext,
  type StageInput,
  type StageOutput,
} from '../stage/stage.ts';

declare module '../stages.ts' {
  interface Stages {
    mergeDictionaries: typeof mergeDictionaries;
  }
}

export interface MergeDictionariesInput extends StageInput, IngestParameters {
  files: ArtifactReference;
  /** Beyond it sorted runs are written to disk and merged; changes nothing of the result. */
  memoryMiB: number;
}

/** Dictionaries of shards that are read at once. */
const READ_AHEAD = 8;
/** Words of a part of the corpus's dictionary: the same whatever the memory. */
const PART_WORDS = 2 ** 16;

export interface MergeDictionariesOutput extends StageOutput {
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
    async function* dictionaries(): AsyncGenerator<Utf8Dictionary, void, undefined> {
      for (let at = 0; at < shards.length; at += READ_AHEAD) {
        context.report(at, shards.length);
        const group = await Promise.all(
          shards.slice(at, at + READ_AHEAD).map((shard) => openArtifact(store, shard)),
        );
        skipped.push(...skippedShards(files.slice(at), group));
        for (const { manifest } of group) {
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
      context.report(shards.length, shards.length, { words: rows });
    }
    parts.push(...(await skippedParts(skipped)));
    return { parts, rows, facts: { documents, replaced, skipped: skipped.length } };
  });
  return { ...output, skipped: await skippedFiles(store, output) };
}

/** Of a shard. */
export async function readDictionary(artifact: Artifact): Promise<Dictionary> {
  return decodeDictionary(
    await decodeUtf8Dictionary(await artifact.part('dictionary.parquet'), 'dictionary.parquet'),
    'dictionary.parquet',
  );
}

/** The corpus's dictionary, a part at a time. */
export async function* readDictionaryParts(
  artifact: Artifact,
): AsyncGenerator<Dictionary, void, undefined> {
  for (const { name } of artifact.manifest.parts)
    if (name.startsWith('dictionary-'))
      yield decodeDictionary(await decodeUtf8Dictionary(await artifact.part(name), name), name);
}

/** The dictionary of a few files, whole. */
export async function loadDictionary(
  store: Store,
  reference: ArtifactReference,
): Promise<Dictionary> {
  const whole: { words: string[]; counts: number[]; documents: number[] } = {
    words: [],
    counts: [],
    documents: [],
  };
  for await (const { words, counts, documents } of readDictionaryParts(
    await openArtifact(store, reference),
  )) {
    for (const [at, word] of words.entries()) {
      whole.words.push(word);
      whole.counts.push(counts[at]!);
      whole.documents.push(documents[at]!);
    }
  }
  return {
    words: whole.words,
    counts: Float64Array.from(whole.counts),
    documents: Float64Array.from(whole.documents),
  };
}
