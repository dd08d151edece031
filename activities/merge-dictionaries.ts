import { mergeDictionaries as mergeKernel } from '../kernels/merge-dictionaries.ts';
import type { Dictionary } from '../kernels/build-dictionary.ts';
import { toFloat64 } from '../kernels/int64.ts';
import type { ArtifactReference } from '../schemas/artifact.ts';
import { DICTIONARY } from '../schemas/tables.ts';
import { type Artifact, openArtifact } from '../store/artifacts.ts';
import { decodeParquet } from '../store/parquet.ts';
import type { Store } from '../store/store.ts';
import { encodeDictionary } from './ingest.ts';
import { readListedFiles } from './listed-files.ts';
import { digestOfKeys, ingestArtifact, type IngestParameters } from './shard-artifacts.ts';
import { produceArtifact, type StageContext, type StageInput, type StageOutput } from './stage-context.ts';

export interface MergeDictionariesInput extends StageInput, IngestParameters {
  files: ArtifactReference;
}

/** Shards are merged in groups, so that no more dictionaries than these are in memory at once. */
const GROUP = 64;

/** The dictionary of the corpus from those of its shards. Rows: words. */
export async function mergeDictionaries(input: MergeDictionariesInput, context: StageContext): Promise<StageOutput> {
  const store = context.openStore(input.store);
  const files = await readListedFiles(store, input.files);
  const shards = files.map((file) => ingestArtifact(file, input).artifact);
  const parameters = { shards: digestOfKeys(shards) };
  const recipe = { stage: 'dictionary', parameters, inputs: [], force: input.force } as const;
  return await produceArtifact(context, store, recipe, async () => {
    let merged: Dictionary = { words: [], counts: new Float64Array(0), documents: new Float64Array(0) };
    let documents = 0;
    let replaced = 0;
    for (let at = 0; at < shards.length; at += GROUP) {
      const group = await Promise.all(shards.slice(at, at + GROUP).map((shard) => openArtifact(store, shard)));
      merged = mergeKernel([merged, ...(await Promise.all(group.map((shard) => readDictionary(shard))))]);
      for (const { manifest } of group) {
        documents += Number(manifest.facts['documents']);
        replaced += Number(manifest.facts['replaced']);
      }
      context.report(at, shards.length, { words: merged.words.length });
    }
    const part = { name: 'dictionary.parquet', bytes: await encodeDictionary(merged), rows: merged.words.length };
    return { parts: [part], rows: merged.words.length, facts: { documents, replaced } };
  });
}

export async function readDictionary(artifact: Artifact): Promise<Dictionary> {
  const table = await decodeParquet(await artifact.part('dictionary.parquet'), DICTIONARY, 'dictionary.parquet');
  return { words: table.word, counts: toFloat64(table.count), documents: toFloat64(table.documents) };
}

/** The corpus's dictionary. */
export async function loadDictionary(store: Store, reference: ArtifactReference): Promise<Dictionary> {
  return await readDictionary(await openArtifact(store, reference));
}
