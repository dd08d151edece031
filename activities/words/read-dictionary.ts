import type { Dictionary } from '../../kernels/words/build-dictionary.ts';
import type { ArtifactReference } from '../../schemas/artifact.ts';
import { type Artifact, openArtifact } from '../../store/artifacts.ts';
import type { Store } from '../../store/store.ts';
import { decodeDictionary, decodeUtf8Dictionary } from './dictionary-runs.ts';

/** The dictionary of a shard. */
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
