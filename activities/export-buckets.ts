import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { buildBuckets, countBuckets } from '../kernels/build-buckets.ts';
import { largeBuckets } from '../kernels/large-buckets.ts';
import { bucketsOfItems, sharedBuckets } from '../kernels/shared-buckets.ts';
import { buildBucketPages, buildItemPages, type PagesOptions } from '../kernels/build-pages.ts';
import type { PageFile } from '../kernels/pages-layout.ts';
import type { ArtifactReference } from '../schemas/artifact.ts';
import { ITEM_IDS, ITEM_KEYS, VOCABULARY } from '../schemas/tables.ts';
import { encodeDense } from '../store/arrow-ipc.ts';
import { artifactReference, openArtifact, type PartToWrite } from '../store/artifacts.ts';
import { decodeParquet } from '../store/parquet.ts';
import type { Store } from '../store/store.ts';
import { beginBuckets, beginGroups, type Keys, writeCodes } from './published-tables.ts';
import { loadCodes } from './load-codes.ts';
import { loadModel } from './load-model.ts';
import { type ArtifactContent, produceArtifact, type StageContext, type StageInput, type StageOutput } from './stage-context.ts';

export interface ExportBucketsInput extends StageInput {
  codes: ArtifactReference;
  /** Of words; else `items`. */
  vocabulary?: ArtifactReference;
  model?: ArtifactReference;
  /** The artifact with items.parquet. */
  items?: ArtifactReference;
  /** The artifact with encoder.json and encoder.bin: what makes codes of other documents. */
  encoder?: ArtifactReference;
  /** A lookup gives no bucket of more items; 0 or absent: it gives all. */
  maximumBucket?: number;
}

/**
 * Everything a published version holds (docs/index-format.md): Parquet tables, lookup pages, dense embeddings. Rows: items.
 * Parts leave for local files piece by piece, a table after the other: what stays in memory is codes, keys and one table's order.
 */
export async function exportBuckets(input: ExportBucketsInput, context: StageContext): Promise<StageOutput> {
  const store = context.openStore(input.store);
  const { maximumBucket = 0 } = input;
  const inputs = [input.codes, input.vocabulary, input.model, input.items, input.encoder].filter((reference) => reference !== undefined);
  const recipe = { stage: 'export', parameters: { ...(maximumBucket > 0 && { maximumBucket }) }, inputs, force: input.force } as const;
  const scratch = await mkdtemp(join(tmpdir(), 'hashloom-export-'));
  try {
    return await produceArtifact(context, store, recipe, () => exportParts(input, store, context, artifactReference(recipe).key, scratch));
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function exportParts(input: ExportBucketsInput, store: Store, context: StageContext, key: string, scratch: string): Promise<ArtifactContent> {
  const coded = await loadCodes(store, input.codes);
  const keys = await loadKeys(store, input);
  const { tables, bits, items } = coded;
  const steps = 3 + 2 * tables;
  let step = 0;
  const tell = () => context.report(++step, steps);
  tell();

  const place = (name: string) => join(scratch, name);
  const pages: PagesOptions = { keys: keys.kind === 'id' ? { kind: 'int64', values: keys.keys } : utf8Keys(keys.keys), tables, identity: Buffer.from(key, 'hex') };
  const parts: PartToWrite[] = [await writePages(place, 'items.pages', buildItemPages(coded.codes, bits / 8, pages))];
  tell();
  const bucketTable = beginBuckets(place('buckets.parquet'), keys, bits);
  const groupTable = beginGroups(place('groups.parquet'), keys);
  const counts = { buckets: 0, clusters: 0, singletons: 0 };
  const { maximumBucket = 0 } = input;
  const over = maximumBucket > 0 ? largeBuckets(maximumBucket, items) : undefined;
  // Trained embeddings meet in one space of codes: a table's bucket also holds the items that have its code in another table.
  const shared = input.model && sharedBuckets(coded.codes, tables, bits / 8);
  for (let table = 0; table < tables; table++) {
    const buckets = shared ? bucketsOfItems(shared, table) : buildBuckets(coded.codes, tables, bits / 8, table);
    const found = countBuckets([buckets]);
    counts.buckets += found.buckets;
    counts.clusters += found.clusters;
    counts.singletons += found.singletons;
    over?.add(buckets);
    parts.push(await writePages(place, `buckets-${table}.pages`, buildBucketPages(buckets, pages)));
    tell();
    await bucketTable.add(buckets);
    await groupTable.add(buckets);
    tell();
  }
  await writeCodes(place('codes.parquet'), coded, keys);
  await bucketTable.end();
  const grouped = await groupTable.end();
  parts.push({ name: 'codes.parquet', file: place('codes.parquet'), rows: items * tables }, { name: 'buckets.parquet', file: place('buckets.parquet'), rows: counts.buckets });
  if (grouped > 0) parts.push({ name: 'groups.parquet', file: place('groups.parquet'), rows: grouped });
  if (input.model) {
    const { embeddings } = await loadModel(store, input.model);
    const dense = [{ name: 'embedding', width: tables * bits, values: embeddings }];
    await writeFile(place('embeddings.arrow'), await encodeDense(dense, { tables: String(tables), bits: String(bits) }));
    parts.push({ name: 'embeddings.arrow', file: place('embeddings.arrow'), rows: items });
  }
  if (input.encoder) {
    const made = await openArtifact(store, input.encoder);
    for (const name of ['encoder.json', 'encoder.bin']) parts.push({ name, bytes: await made.part(name), rows: 0 });
  }
  // What encodes later items of vectors stays beside the index.
  if (input.items) parts.push(...(await encoderParts(store, input.items)));
  return { parts, rows: items, facts: { tables, bits, ...counts, ...(over && { maximumBucket, ...over.counts() }) } };
}

async function encoderParts(store: Store, reference: ArtifactReference): Promise<PartToWrite[]> {
  const encoded = await openArtifact(store, reference);
  const parts = encoded.manifest.parts.filter(({ name }) => name === 'hyperplanes.arrow' || name === 'mean.arrow');
  return await Promise.all(parts.map(async ({ name, rows }) => ({ name, rows, bytes: await encoded.part(name) })));
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

async function writePages(place: (name: string) => string, name: string, file: PageFile): Promise<PartToWrite> {
  await pipeline(Readable.from(file.chunks(), { objectMode: true, highWaterMark: 2 }), createWriteStream(place(name)));
  return { name, file: place(name), rows: file.entries };
}
