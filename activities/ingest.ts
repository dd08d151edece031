import { buildDictionary, type Dictionary, type Shard } from '../kernels/build-dictionary.ts';
import { toInt64 } from '../kernels/int64.ts';
import type { ArtifactReference } from '../schemas/artifact.ts';
import { DICTIONARY, TOKENS } from '../schemas/tables.ts';
import { openSource } from '../sources/open-source.ts';
import { readDocuments } from '../sources/read-documents.ts';
import { tokenise } from '../sources/tokenise.ts';
import { encodeParquet } from '../store/parquet.ts';
import { type ListedFile, readListedFiles } from './listed-files.ts';
import { ingestArtifact, type IngestParameters } from './shard-artifacts.ts';
import { type ArtifactContent, produceArtifact, type StageContext, type StageInput } from './stage-context.ts';

export interface IngestInput extends StageInput, IngestParameters {
  files: ArtifactReference;
  from: number;
  to: number;
}

/** Figures of a batch of shards or rows. */
export interface BatchOutput {
  /** Every artifact of the batch was there. */
  cached: boolean;
  rows: number;
  bytes: number;
}

/** Turns files [from, to) of the list into shards: tokens, and a dictionary in word order. Rows: tokens. */
export async function ingest(input: IngestInput, context: StageContext): Promise<BatchOutput> {
  const store = context.openStore(input.store);
  const files = await readListedFiles(store, input.files);
  const output: BatchOutput = { cached: true, rows: 0, bytes: 0 };
  for (const [at, file] of files.slice(input.from, input.to).entries()) {
    const report = (tokens: number) => context.report(at, input.to - input.from, { tokens: output.rows + tokens });
    report(0);
    const { parameters, inputs } = ingestArtifact(file, input);
    const shard = await produceArtifact(context, store, { stage: 'ingest', parameters, inputs, force: input.force }, async () =>
      shardContent(await readShard(file, input, context, report)),
    );
    output.cached &&= shard.cached;
    output.rows += shard.rows;
    output.bytes += shard.bytes;
  }
  return output;
}

async function readShard(file: ListedFile, input: IngestInput, context: StageContext, report: (tokens: number) => void): Promise<Shard & { replaced: number }> {
  const dictionary = buildDictionary();
  const tokeniser = tokenise(input.tokens, (word) => dictionary.add(word));
  let replaced = 0;
  for await (const piece of readDocuments(file, await openSource(file.uri, context.openStore), input.source)) {
    tokeniser.push(piece.text);
    replaced += piece.replaced;
    if (piece.endsDocument) {
      tokeniser.end();
      dictionary.endDocument();
    }
    report(dictionary.size());
  }
  return { ...dictionary.finish(), replaced };
}

async function shardContent({ dictionary, tokens, documentOffsets, replaced }: Shard & { replaced: number }): Promise<ArtifactContent> {
  const documents = documentOffsets.length - 1;
  const columns = { tokens: { offsets: documentOffsets, values: tokens } };
  const parts = [
    { name: 'tokens.parquet', bytes: await encodeParquet(TOKENS, columns, { dress: 'internal' }), rows: documents },
    { name: 'dictionary.parquet', bytes: await encodeDictionary(dictionary), rows: dictionary.words.length },
  ];
  return { parts, rows: tokens.length, facts: { documents, words: dictionary.words.length, replaced } };
}

export async function encodeDictionary({ words, counts, documents }: Dictionary): Promise<Uint8Array> {
  const columns = { word: words, count: toInt64(counts), documents: toInt64(documents) };
  return await encodeParquet(DICTIONARY, columns, { dress: 'internal' });
}
