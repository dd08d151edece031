import { buildDictionary, type Shard } from '../../kernels/words/build-dictionary.ts';
import { collectPairs, type PairRun } from '../../kernels/affinity/collect-pairs.ts';
import { scanWords } from '../../kernels/words/scan-words.ts';
import { cleanMessage } from '../../sources/text/clean-message.ts';
import { openSource } from '../../sources/open-source.ts';
import { readDocuments } from '../../sources/read-documents.ts';
import { readLabelled } from '../../sources/read-labelled.ts';
import { openRecords } from '../../sources/text/read-lines.ts';
import { readPairs } from '../../sources/read-pairs.ts';
import { readSequences } from '../../sources/read-sequences.ts';
import { tokenise } from '../../sources/text/tokenise.ts';
import type { ListedFile } from './listed-files.ts';
import type { IngestParameters } from './name-shards.ts';
import type { StageContext } from '../stage/stage.ts';

export type TextShard = Shard & {
  /** Invalid UTF-8 sequences that became U+FFFD. */
  replaced: number;
};

type Report = (rows: number) => void;

/** Records between two reports. */
const REPORT_EVERY = 4096;

export async function readText(
  file: ListedFile,
  { source, tokens }: IngestParameters,
  context: StageContext,
  report: Report,
): Promise<TextShard> {
  const dictionary = tokens.sentences ? buildDictionary() : scanWords(tokens);
  const tokeniser = tokenise(tokens, dictionary);
  const opened = openSource(file, context.openStore);
  let replaced = 0;
  for await (const piece of readDocuments(
    expectedFile(file),
    opened.stream(),
    source,
    opened.range,
  )) {
    tokeniser.push(piece.bytes);
    replaced += piece.replaced;
    if (piece.endsDocument) {
      tokeniser.end();
      dictionary.endDocument();
    }
    report(dictionary.size());
  }
  await opened.checkUnchanged();
  return { ...dictionary.finish(), replaced };
}

export async function readSequencesOf(
  file: ListedFile,
  { source }: IngestParameters,
  context: StageContext,
  report: Report,
): Promise<TextShard> {
  const dictionary = buildDictionary();
  const opened = openSource(file, context.openStore);
  let sequences = 0;
  for await (const ids of readSequences(
    await openRecords(expectedFile(file), opened.stream(), source, opened.range),
    source,
  )) {
    for (const id of ids) {
      const bytes = Buffer.from(id, 'utf8');
      dictionary.add(bytes, 0, bytes.length);
    }
    dictionary.endDocument();
    if (++sequences % REPORT_EVERY === 0) report(dictionary.size());
  }
  await opened.checkUnchanged();
  return { ...dictionary.finish(), replaced: 0 };
}

export async function readPairsOf(
  file: ListedFile,
  { source }: IngestParameters,
  context: StageContext,
  report: Report,
): Promise<PairRun> {
  const pairs = collectPairs();
  const opened = openSource(file, context.openStore);
  let read = 0;
  for await (const { left, right, weight } of readPairs(
    await openRecords(expectedFile(file), opened.stream(), source, opened.range),
    source,
  )) {
    pairs.add(Buffer.from(left, 'utf8'), Buffer.from(right, 'utf8'), weight);
    if (++read % REPORT_EVERY === 0) report(pairs.size());
  }
  await opened.checkUnchanged();
  return pairs.finish();
}

export interface DocumentsShard extends TextShard {
  ids: string[];
  splits: string[];
  labels: string[][];
  /** Where documents have payloads. */
  payloads?: string[];
  /** Of ready-made vectors, in place of tokens. */
  vectors?: { rows: number[]; terms: number[]; weights: number[] };
}

export async function readDocumentsOf(
  file: ListedFile,
  { source, tokens, documents }: IngestParameters,
  context: StageContext,
  report: Report,
): Promise<DocumentsShard> {
  const dictionary = buildDictionary();
  const tokeniser = tokenise({ ...tokens, sentences: false }, dictionary);
  const opened = openSource(file, context.openStore);
  const meta = { ids: [] as string[], splits: [] as string[], labels: [] as string[][] };
  const payloads: string[] = [];
  const vectors = { rows: [] as number[], terms: [] as number[], weights: [] as number[] };
  for await (const each of readLabelled(
    expectedFile(file),
    opened.stream(),
    { ...source, documents },
    opened.range,
  )) {
    const row = meta.ids.push(each.id) - 1;
    meta.splits.push(each.split);
    meta.labels.push(each.labels);
    payloads.push(each.payload ?? '');
    tokeniser.push(Buffer.from(cleanMessage(each.text, documents.clean), 'utf8'));
    tokeniser.end();
    dictionary.endDocument();
    for (const [at, term] of (each.terms ?? []).entries()) {
      vectors.rows.push(row);
      vectors.terms.push(term);
      vectors.weights.push(each.weights![at]!);
    }
    if (row % REPORT_EVERY === 0) report(dictionary.size());
  }
  await opened.checkUnchanged();
  return {
    ...dictionary.finish(),
    replaced: 0,
    ...meta,
    ...(documents.payload !== '' && { payloads }),
    ...(documents.terms !== '' && { vectors }),
  };
}

/**
 * What of a file a stream of it gives; a range has neither a known length nor the file's own lines,
 * so messages name where it begins.
 */
export function expectedFile(file: ListedFile): { uri: string; size: number } {
  if (file.start === 0 && file.end === file.size) return { uri: file.uri, size: file.size };
  return { uri: `${file.uri} (counted from byte ${file.start})`, size: Number.POSITIVE_INFINITY };
}
