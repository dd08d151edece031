import { chooseCommonOfPieces, chooseVocabularyOfPieces } from '../../kernels/words/top-words.ts';
import type { ArtifactReference } from '../../schemas/artifact.ts';
import type { Configuration } from '../../schemas/configuration.ts';
import { Failure } from '../../schemas/failures.ts';
import { currentPointer, indexManifest } from '../../schemas/index-manifest.ts';
import { COMMON } from '../../schemas/tables.ts';
import { artifactComplete, openArtifact } from '../../store/artifacts.ts';
import { decodeParquet, encodeParquet } from '../../store/tables/parquet.ts';
import type { Store } from '../../store/store.ts';
import { readJson } from '../stage/json-object.ts';
import { type StageContext, type StageInput, type StageOutput } from '../stage/stage.ts';
import { encodeDictionary } from '../corpus/dictionary-table.ts';
import { readDictionaryParts } from './read-dictionary.ts';
import { produceArtifact } from '../stage/produce-artifact.ts';

declare module '../stages.ts' {
  interface Stages {
    chooseVocabulary: typeof chooseVocabulary;
  }
}

interface ChooseVocabularyInput extends StageInput {
  index: string;
  dictionary: ArtifactReference;
  minimumCount: number;
  common: number;
  commonShare: number;
  maximumSize: number;
  commonDrift: number;
}

type CommonParameters = Pick<Configuration['vocabulary'], 'common' | 'commonShare'>;

interface ChooseVocabularyOutput extends StageOutput {
  /** The list of common words that the corpus is counted without. */
  common: ArtifactReference;
  /**
   * Ranges of rows for what comes next, of about equal work: range k is [ranges[k], ranges[k + 1]).
   */
  ranges: number[];
}

/**
 * Chooses the words that get an id, and those too common to count. Rows: words of the vocabulary.
 */
export async function chooseVocabulary(
  input: ChooseVocabularyInput,
  context: StageContext,
): Promise<ChooseVocabularyOutput> {
  const store = context.openStore(input.store);
  const common = await commonWords(input, store, context);
  context.onProgress(1, 2);

  const { minimumCount, maximumSize, force } = input;
  const recipe = {
    stage: 'vocabulary',
    parameters: { minimumCount, maximumSize },
    inputs: [input.dictionary, common.artifact],
    force,
  } as const;
  const output = await produceArtifact(context, store, recipe, async () => {
    const choice = chooseVocabularyOfPieces({
      common: await readCommon(store, common.artifact),
      minimumCount,
      maximumSize,
    });
    for await (const piece of readDictionaryParts(await openArtifact(store, input.dictionary)))
      choice.add(piece);
    const chosen = choice.finish();
    if (chosen.words.length === 0) throw await nothingChosen(store, input);
    const part = {
      name: 'vocabulary.parquet',
      bytes: await encodeDictionary(chosen),
      rows: chosen.words.length,
    };
    return {
      parts: [part],
      rows: chosen.words.length,
      facts: { ranges: planRanges(chosen.counts).join(',') },
    };
  });
  const ranges = String(output.facts['ranges']).split(',').map(Number);
  return { ...output, cached: output.cached && common.cached, common: common.artifact, ranges };
}

/**
 * A range ends at so many occurrences of its words, or so many words; ranges are larger where there
 * would be more than MAX_RANGES.
 */
const RANGE_OCCURRENCES = 2 ** 20;
const RANGE_WORDS = 2 ** 15;
export const MAX_RANGES = 512;

/**
 * Bounds of row ranges: the work of a row is in its occurrences, its entries are no more than a few
 * times these. A common word is a range of its own.
 */
export function planRanges(counts: Float64Array): number[] {
  const all = counts.reduce((sum, count) => sum + count, 0);
  const mostOccurrences = Math.max(RANGE_OCCURRENCES, (2 * all) / MAX_RANGES);
  const mostWords = Math.max(RANGE_WORDS, Math.ceil((2 * counts.length) / MAX_RANGES));
  const ranges = [0];
  let inRange = 0;
  for (const [word, count] of counts.entries()) {
    const first = ranges.at(-1) ?? 0;
    if (word > first && (inRange + count > mostOccurrences || word - first >= mostWords)) {
      ranges.push(word);
      inRange = 0;
    }
    inRange += count;
  }
  return [...ranges, counts.length];
}

/**
 * The list of the published version as long as it still fits the corpus, else the one that the
 * corpus itself gives.
 */
async function commonWords(input: ChooseVocabularyInput, store: Store, context: StageContext) {
  const kept = await publishedCommon(store, input);
  if (kept && (await drift(store, kept, input)) <= input.commonDrift)
    return { artifact: kept, cached: true };
  const recipe = {
    stage: 'common',
    parameters: { common: input.common, commonShare: input.commonShare },
    inputs: [input.dictionary],
    force: input.force,
  } as const;
  return await produceArtifact(context, store, recipe, async () => {
    const word = await ownCommon(store, input);
    return {
      parts: [
        {
          name: 'words.parquet',
          bytes: await encodeParquet(COMMON, { word }, { profile: 'internal' }),
          rows: word.length,
        },
      ],
      rows: word.length,
    };
  });
}

async function publishedCommon(
  store: Store,
  { index, common, commonShare }: CommonParameters & { index: string },
): Promise<ArtifactReference | undefined> {
  const current = await readJson(store, `indexes/${index}/current.json`, currentPointer);
  const version =
    current &&
    (await readJson(store, `indexes/${index}/${current.path}/index.json`, indexManifest));
  const manifest = version?.common && (await artifactComplete(store, version.common));
  const isSame =
    manifest?.parameters['common'] === common && manifest.parameters['commonShare'] === commonShare;
  return isSame ? version?.common : undefined;
}

async function ownCommon(
  store: Store,
  { dictionary, common, commonShare }: ChooseVocabularyInput,
): Promise<string[]> {
  const artifact = await openArtifact(store, dictionary);
  const choice = chooseCommonOfPieces(
    common,
    commonShare,
    Number(artifact.manifest.facts['documents']),
  );
  for await (const piece of readDictionaryParts(artifact)) choice.add(piece);
  return choice.finish();
}

/** The share of the list that this corpus would have chosen otherwise. */
async function drift(
  store: Store,
  kept: ArtifactReference,
  input: ChooseVocabularyInput,
): Promise<number> {
  const { manifest } = await openArtifact(store, kept);
  if (manifest.inputs[0]?.key === input.dictionary.key) return 0;
  const own = await ownCommon(store, input);
  const old = new Set(await readCommon(store, kept));
  return own.filter((word) => !old.has(word)).length / Math.max(own.length, 1);
}

async function readCommon(store: Store, reference: ArtifactReference): Promise<string[]> {
  const artifact = await openArtifact(store, reference);
  return (await decodeParquet(await artifact.part('words.parquet'), COMMON, 'words.parquet')).word;
}

async function nothingChosen(
  store: Store,
  { dictionary, minimumCount, common, commonShare }: ChooseVocabularyInput,
): Promise<Failure> {
  let words = 0;
  const top = chooseVocabularyOfPieces({ common: [], minimumCount: 0, maximumSize: 1 });
  for await (const piece of readDictionaryParts(await openArtifact(store, dictionary))) {
    words += piece.words.length;
    top.add(piece);
  }
  const most = top.finish();
  const found =
    words === 0
      ? 'the corpus has no words at all'
      : `of ${words} words the most common, "${most.words[0]}", occurs ${most.counts[0]} times`;
  const spread =
    commonShare < 1
      ? `, and those in more than ${commonShare} of the texts (vocabulary.commonShare)`
      : '';
  return new Failure(
    'DataError',
    `no word is left for the vocabulary: ${found}; vocabulary.minimumCount is ` +
      `${minimumCount} and the ${common} most common words are dropped ` +
      `(vocabulary.common)${spread}. ` +
      'Change one of them, or give more text',
  );
}
