import { buildBuckets, countBuckets, type TableBuckets } from '../kernels/build-buckets.ts';
import { buildBucketPages, buildItemPages, type PagesOptions } from '../kernels/build-pages.ts';
import type { PageFile } from '../kernels/pages-layout.ts';
import type { ArtifactReference } from '../schemas/artifact.ts';
import { publishedBuckets, publishedCodes, VOCABULARY } from '../schemas/tables.ts';
import { encodeDense } from '../store/arrow-ipc.ts';
import { artifactReference, openArtifact, type PartToWrite } from '../store/artifacts.ts';
import { decodeParquet, encodeParquet } from '../store/parquet.ts';
import { type Codes, loadCodes } from './load-codes.ts';
import { loadModel } from './load-model.ts';
import { produceArtifact, type StageContext, type StageInput, type StageOutput } from './stage-context.ts';

export interface ExportBucketsInput extends StageInput {
  codes: ArtifactReference;
  vocabulary: ArtifactReference;
  model: ArtifactReference;
}

/** Everything a published version holds (docs/index-format.md): Parquet tables, lookup pages, dense embeddings. Rows: items. */
export async function exportBuckets(input: ExportBucketsInput, context: StageContext): Promise<StageOutput> {
  const store = context.openStore(input.store);
  const recipe = { stage: 'export', parameters: {}, inputs: [input.codes, input.vocabulary, input.model], force: input.force } as const;
  return await produceArtifact(context, store, recipe, async () => {
    const coded = await loadCodes(store, input.codes);
    const vocabulary = await openArtifact(store, input.vocabulary);
    const { word } = await decodeParquet(await vocabulary.part('vocabulary.parquet'), VOCABULARY, 'vocabulary.parquet');
    const { tables, bits } = coded;
    const buckets = Array.from({ length: tables }, (_, table) => buildBuckets(coded.codes, tables, bits / 8, table));
    const steps = 4 + tables;
    context.report(1, steps);

    const pages: PagesOptions = { keys: utf8Keys(word), tables, identity: Buffer.from(artifactReference(recipe).key, 'hex') };
    const parts: PartToWrite[] = [pagesPart('items.pages', buildItemPages(coded.codes, bits / 8, pages))];
    context.report(2, steps);
    for (const table of buckets) {
      parts.push(pagesPart(`buckets-${table.table}.pages`, buildBucketPages(table, pages)));
      context.report(3 + table.table, steps);
    }
    parts.push(await codesPart(coded, word), await bucketsPart(buckets, word, bits));
    context.report(3 + tables, steps);
    const { embeddings } = await loadModel(store, input.model);
    const dense = [{ name: 'embedding', width: tables * bits, values: embeddings }];
    parts.push({ name: 'embeddings.arrow', bytes: await encodeDense(dense, { tables: String(tables), bits: String(bits) }), rows: coded.items });
    return { parts, rows: coded.items, facts: { tables, bits, ...countBuckets(buckets) } };
  });
}

function utf8Keys(words: string[]): PagesOptions['keys'] {
  const bytes = Buffer.from(words.join(''), 'utf8');
  const offsets = new Uint32Array(words.length + 1);
  for (const [at, word] of words.entries()) offsets[at + 1] = offsets[at]! + Buffer.byteLength(word);
  return { kind: 'utf8', offsets, bytes };
}

function pagesPart(name: string, file: PageFile): PartToWrite {
  return { name, bytes: Buffer.concat([...file.chunks()], file.totalBytes), rows: file.entries };
}

async function codesPart({ items, tables, bits, codes }: Codes, words: string[]): Promise<PartToWrite> {
  const item = words.flatMap((word) => Array.from({ length: tables }, () => word));
  const table = Int32Array.from({ length: items * tables }, (_, at) => at % tables);
  const bytes = await encodeParquet(publishedCodes(bits), { item, table, code: codes }, { dress: 'published' });
  return { name: 'codes.parquet', bytes, rows: table.length };
}

async function bucketsPart(buckets: TableBuckets[], words: string[], bits: number): Promise<PartToWrite> {
  const rows = buckets.reduce((sum, { offsets }) => sum + offsets.length - 1, 0);
  const table = new Int32Array(rows);
  const size = new Int32Array(rows);
  const offsets = new Int32Array(rows + 1);
  const items: string[] = [];
  let row = 0;
  for (const bucket of buckets) {
    for (let b = 0; b + 1 < bucket.offsets.length; b++) {
      const members = bucket.items.subarray(bucket.offsets[b], bucket.offsets[b + 1]);
      for (const id of members) items.push(words[id]!);
      table[row] = bucket.table;
      size[row] = members.length;
      offsets[++row] = items.length;
    }
  }
  const code = Buffer.concat(buckets.map(({ codes }) => codes));
  const columns = { table, code, size, items: { offsets, values: items } };
  return { name: 'buckets.parquet', bytes: await encodeParquet(publishedBuckets(bits), columns, { dress: 'published' }), rows };
}
