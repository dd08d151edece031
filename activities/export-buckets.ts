import { buildBuckets, countBuckets, type TableBuckets } from '../kernels/build-buckets.ts';
import { buildBucketPages, buildItemPages, type PagesOptions } from '../kernels/build-pages.ts';
import type { PageFile } from '../kernels/pages-layout.ts';
import type { ArtifactReference } from '../schemas/artifact.ts';
import { ITEM_IDS, ITEM_KEYS, publishedBuckets, publishedCodes, publishedIdBuckets, publishedIdCodes, VOCABULARY } from '../schemas/tables.ts';
import { encodeDense } from '../store/arrow-ipc.ts';
import { artifactReference, openArtifact, type PartToWrite } from '../store/artifacts.ts';
import { decodeParquet, encodeParquet } from '../store/parquet.ts';
import type { Store } from '../store/store.ts';
import { type Codes, loadCodes } from './load-codes.ts';
import { loadModel } from './load-model.ts';
import { produceArtifact, type StageContext, type StageInput, type StageOutput } from './stage-context.ts';

export interface ExportBucketsInput extends StageInput {
  codes: ArtifactReference;
  /** Of words; else `items`. */
  vocabulary?: ArtifactReference;
  model?: ArtifactReference;
  /** The artifact with items.parquet. */
  items?: ArtifactReference;
}

/** Keys by item number. */
type Keys = { kind: 'word'; keys: string[] } | { kind: 'id'; keys: BigInt64Array };

/** Everything a published version holds (docs/index-format.md): Parquet tables, lookup pages, dense embeddings. Rows: items. */
export async function exportBuckets(input: ExportBucketsInput, context: StageContext): Promise<StageOutput> {
  const store = context.openStore(input.store);
  const recipe = { stage: 'export', parameters: {}, inputs: [input.codes, input.vocabulary, input.model].filter((reference) => reference !== undefined), force: input.force } as const;
  return await produceArtifact(context, store, recipe, async () => {
    const coded = await loadCodes(store, input.codes);
    const keys = await loadKeys(store, input);
    const { tables, bits } = coded;
    const buckets = Array.from({ length: tables }, (_, table) => buildBuckets(coded.codes, tables, bits / 8, table));
    const steps = 4 + tables;
    context.report(1, steps);

    const pages: PagesOptions = { keys: keys.kind === 'id' ? { kind: 'int64', values: keys.keys } : utf8Keys(keys.keys), tables, identity: Buffer.from(artifactReference(recipe).key, 'hex') };
    const parts: PartToWrite[] = [pagesPart('items.pages', buildItemPages(coded.codes, bits / 8, pages))];
    context.report(2, steps);
    for (const table of buckets) {
      parts.push(pagesPart(`buckets-${table.table}.pages`, buildBucketPages(table, pages)));
      context.report(3 + table.table, steps);
    }
    parts.push(await codesPart(coded, keys), await bucketsPart(buckets, keys, bits));
    context.report(3 + tables, steps);
    if (input.model) {
      const { embeddings } = await loadModel(store, input.model);
      const dense = [{ name: 'embedding', width: tables * bits, values: embeddings }];
      parts.push({ name: 'embeddings.arrow', bytes: await encodeDense(dense, { tables: String(tables), bits: String(bits) }), rows: coded.items });
    }
    return { parts, rows: coded.items, facts: { tables, bits, ...countBuckets(buckets) } };
  });
}

async function loadKeys(store: Store, input: ExportBucketsInput): Promise<Keys> {
  if (input.vocabulary) {
    const vocabulary = await openArtifact(store, input.vocabulary);
    const { word } = await decodeParquet(await vocabulary.part('vocabulary.parquet'), VOCABULARY, 'vocabulary.parquet');
    return { kind: 'word', keys: word };
  }
  if (!input.items) throw new RangeError('export: expected a vocabulary or items, got neither');
  const items = await openArtifact(store, input.items);
  const bytes = await items.part('items.parquet');
  if (items.manifest.facts['kind'] !== 'id') return { kind: 'word', keys: (await decodeParquet(bytes, ITEM_KEYS, 'items.parquet')).id };
  return { kind: 'id', keys: (await decodeParquet(bytes, ITEM_IDS, 'items.parquet')).id };
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

async function codesPart({ items, tables, bits, codes }: Codes, { kind, keys }: Keys): Promise<PartToWrite> {
  const table = Int32Array.from({ length: items * tables }, (_, at) => at % tables);
  const bytes =
    kind === 'id'
      ? await encodeParquet(publishedIdCodes(bits), { item: BigInt64Array.from(table, (_, at) => keys[Math.floor(at / tables)]!), table, code: codes }, { dress: 'published' })
      : await encodeParquet(publishedCodes(bits), { item: Array.from(table, (_, at) => keys[Math.floor(at / tables)]!), table, code: codes }, { dress: 'published' });
  return { name: 'codes.parquet', bytes, rows: table.length };
}

async function bucketsPart(buckets: TableBuckets[], { kind, keys }: Keys, bits: number): Promise<PartToWrite> {
  const rows = buckets.reduce((sum, { offsets }) => sum + offsets.length - 1, 0);
  const members = joinItems(buckets);
  const table = new Int32Array(rows);
  const size = new Int32Array(rows);
  const offsets = new Int32Array(rows + 1);
  let row = 0;
  for (const bucket of buckets) {
    for (let b = 0; b + 1 < bucket.offsets.length; b++) {
      table[row] = bucket.table;
      size[row] = bucket.offsets[b + 1]! - bucket.offsets[b]!;
      offsets[row + 1] = offsets[row]! + size[row]!;
      row++;
    }
  }
  const shared = { table, code: Buffer.concat(buckets.map(({ codes }) => codes)), size };
  const bytes =
    kind === 'id'
      ? await encodeParquet(publishedIdBuckets(bits), { ...shared, items: { offsets, values: BigInt64Array.from(members, (number) => keys[number]!) } }, { dress: 'published' })
      : await encodeParquet(publishedBuckets(bits), { ...shared, items: { offsets, values: Array.from(members, (number) => keys[number]!) } }, { dress: 'published' });
  return { name: 'buckets.parquet', bytes, rows };
}

function joinItems(buckets: TableBuckets[]): Uint32Array {
  const all = new Uint32Array(buckets.reduce((sum, { items }) => sum + items.length, 0));
  let at = 0;
  for (const { items } of buckets) {
    all.set(items, at);
    at += items.length;
  }
  return all;
}
