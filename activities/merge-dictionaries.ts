import type { Dictionary, Utf8Dictionary } from '../kernels/build-dictionary.ts';
import { toFloat64 } from '../kernels/int64.ts';
import { sumDictionaries } from '../kernels/sum-dictionaries.ts';
import type { ArtifactReference } from '../schemas/artifact.ts';
import { DICTIONARY, SKIPPED } from '../schemas/tables.ts';
import { type Artifact, openArtifact } from '../store/artifacts.ts';
import { decodeParquet, decodeWords, encodeParquet } from '../store/parquet.ts';
import type { Store } from '../store/store.ts';
import { encodeDictionary } from './ingest.ts';
import { readListedFiles } from './listed-files.ts';
import { digestOfKeys, ingestArtifact, type IngestParameters } from './shard-artifacts.ts';
import { produceArtifact, type StageContext, type StageInput, type StageOutput } from './stage-context.ts';

export interface MergeDictionariesInput extends StageInput, IngestParameters {
  files: ArtifactReference;
}

/** Shards are read in groups, so that no more dictionaries than these are in memory at once. */
const GROUP = 16;

export interface MergeDictionariesOutput extends StageOutput {
  /** Files that were left out (`source.badFiles: skip`), and why the first of them were. */
  skipped: { files: number; first: SkippedFile[] };
}

/** The dictionary of the corpus from those of its shards, and the list of files that were left out. Rows: words. */
export async function mergeDictionaries(input: MergeDictionariesInput, context: StageContext): Promise<MergeDictionariesOutput> {
  const store = context.openStore(input.store);
  const files = await readListedFiles(store, input.files);
  const shards = files.map((file) => ingestArtifact(file, input).artifact);
  const parameters = { shards: digestOfKeys(shards) };
  const recipe = { stage: 'dictionary', parameters, inputs: [], force: input.force } as const;
  const output = await produceArtifact(context, store, recipe, async () => {
    const sum = sumDictionaries();
    let documents = 0;
    let replaced = 0;
    const skipped: SkippedFile[] = [];
    for (let at = 0; at < shards.length; at += GROUP) {
      const group = await Promise.all(shards.slice(at, at + GROUP).map((shard) => openArtifact(store, shard)));
      for (const part of await Promise.all(group.map(readUtf8Dictionary))) sum.add(part);
      for (const [k, { manifest }] of group.entries()) {
        const reason = manifest.facts['skipped'];
        if (reason !== undefined) skipped.push({ uri: files[at + k]!.uri, reason: String(reason) });
        documents += Number(manifest.facts['documents']);
        replaced += Number(manifest.facts['replaced']);
      }
      context.report(at, shards.length, { words: sum.size() });
    }
    const merged = sum.finish();
    const rows = merged.counts.length;
    const parts = [{ name: 'dictionary.parquet', bytes: await encodeDictionary(merged), rows }];
    if (skipped.length > 0) parts.push(await skippedPart(skipped));
    return { parts, rows, facts: { documents, replaced, skipped: skipped.length } };
  });
  const total = Number(output.facts['skipped']);
  return { ...output, skipped: { files: total, first: total === 0 ? [] : await firstSkipped(store, output.artifact) } };
}

export interface SkippedFile {
  uri: string;
  reason: string;
}

/** A workflow's history holds no more of them; all are in the artifact. */
const SKIPPED_SHOWN = 10;
const LONGEST_REASON = 500;

async function skippedPart(skipped: SkippedFile[]): Promise<{ name: string; bytes: Uint8Array; rows: number }> {
  const columns = { uri: skipped.map(({ uri }) => uri), reason: skipped.map(({ reason }) => reason) };
  return { name: 'skipped.parquet', bytes: await encodeParquet(SKIPPED, columns, { dress: 'internal' }), rows: skipped.length };
}

async function firstSkipped(store: Store, reference: ArtifactReference): Promise<SkippedFile[]> {
  const part = await (await openArtifact(store, reference)).part('skipped.parquet');
  const { uri, reason } = await decodeParquet(part, SKIPPED, 'skipped.parquet');
  return uri.slice(0, SKIPPED_SHOWN).map((file, at) => ({ uri: file, reason: reason[at]!.slice(0, LONGEST_REASON) }));
}

async function readUtf8Dictionary(artifact: Artifact): Promise<Utf8Dictionary> {
  const bytes = await artifact.part('dictionary.parquet');
  const { count, documents } = await decodeParquet(bytes, { count: 'int64', documents: 'int64' } as const, 'dictionary.parquet');
  return { words: await decodeWords(bytes, 'word', 'dictionary.parquet'), counts: toFloat64(count), documents: toFloat64(documents) };
}

export async function readDictionary(artifact: Artifact): Promise<Dictionary> {
  const table = await decodeParquet(await artifact.part('dictionary.parquet'), DICTIONARY, 'dictionary.parquet');
  return { words: table.word, counts: toFloat64(table.count), documents: toFloat64(table.documents) };
}

/** The corpus's dictionary. */
export async function loadDictionary(store: Store, reference: ArtifactReference): Promise<Dictionary> {
  return await readDictionary(await openArtifact(store, reference));
}
