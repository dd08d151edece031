import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { longestInline } from '../../kernels/pages/build-pages.ts';
import {
  numbersOverCap,
  placedBuckets,
  type PlacedBuckets,
  sharedPlacedBuckets,
} from '../../kernels/pages/collect-codes.ts';
import { type ByteStrings, checkPayloads, storedKeys } from '../../kernels/pages/keys.ts';
import { DEFAULT_PAGE_BYTES } from '../../kernels/pages/layout.ts';
import { bucketRun, type EntryRun, type ItemBlock, itemRun } from '../../kernels/pages/run.ts';
import { type Artifact, openArtifact, type PartToWrite } from '../../store/artifacts.ts';
import { joinParquet, parquetBytes } from '../../store/tables/join-parquet.ts';
import { boundsOf, collectCodes, writeSections } from './code-sections.ts';
import {
  BLOCK_ITEMS,
  type ExportInput,
  type ExportPlan,
  rangeRecipe,
  readPlan,
} from './name-export.ts';
import { type ItemSource, openItems } from './item-rows.ts';
import { encodeBuckets, encodeCodes, encodePayloads } from './published-tables.ts';
import { type StageContext, type StageOutput } from '../stage/stage.ts';
import { writeFileOf } from '../stage/scratch-file.ts';
import { type ArtifactContent, produceArtifact } from '../stage/produce-artifact.ts';

export interface ExportRangeInput extends ExportInput {
  /** Units of the plan. */
  from: number;
  to: number;
}

/**
 * Entries of a range of items or of codes in the order of pages, and its row groups of the
 * published tables. A range of items also leaves its codes by cells
 * (activities/index/code-sections.ts), from which those of codes are made. Rows: items of the
 * range, or buckets of all tables.
 */
export async function makeRange(
  input: ExportRangeInput,
  context: StageContext,
): Promise<StageOutput> {
  const store = context.openStore(input.store);
  const recipe = rangeRecipe(input, input);
  const scratch = await mkdtemp(join(tmpdir(), 'hashloom-export-'));
  try {
    return await produceArtifact(context, store, recipe, async () => {
      const plan = await readPlan(store, input);
      const work: Work = { plan, input, context, place: (name) => join(scratch, name) };
      return input.from < plan.itemBlocks
        ? await rangeOfItems(work, await openItems(store, input))
        : await rangeOfCodes(work);
    });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

interface Work {
  plan: ExportPlan;
  input: ExportRangeInput;
  context: StageContext;
  place: (name: string) => string;
}

type Facts = Record<string, number>;

/** Codes of a trained index meet across tables, so they come together. */
const isShared = ({ model }: ExportInput): boolean => model !== undefined;
const setsOf = ({ tables }: ExportPlan, shared: boolean): number => (shared ? 1 : tables);

async function rangeOfItems(
  { plan, input, context, place }: Work,
  source: ItemSource,
): Promise<ArtifactContent> {
  const { items, tables, bits, kind } = plan;
  const from = input.from * BLOCK_ITEMS;
  const to = Math.min(items, input.to * BLOCK_ITEMS);
  const rowBytes = (tables * bits) / 8;
  const codes = new Uint8Array((to - from) * rowBytes);
  const blocks: { keys: ByteStrings; payloads?: ByteStrings }[] = [];
  for await (const { first, count, codes: own, keys, payloads } of source.rows(from, to)) {
    codes.set(own, (first - from) * rowBytes);
    blocks.push({ keys, ...(payloads && { payloads }) });
    context.onProgress(first + count - from, 2 * (to - from));
  }
  const keys = joinStrings(blocks.map((block) => block.keys));
  const payloads = plan.hasPayloads
    ? joinStrings(blocks.map((block) => block.payloads!))
    : undefined;
  if (payloads) checkPayloads(payloads, to - from);
  // Ids must ascend, and words not be too long.
  storedKeys(
    kind === 'int64'
      ? { kind, values: new BigInt64Array(new Uint8Array(keys.bytes).buffer) }
      : { kind, ...keys },
  );
  const block: ItemBlock = { first: from, codes, rowBytes, keys, ...(payloads && { payloads }) };
  const facts: Facts = {};
  const parts = await writeRun('items', itemRun(block), place, facts);
  facts['payloadBytes'] = payloads?.bytes.length ?? 0;
  parts.push(...(await writeSections(block, plan, setsOf(plan, isShared(input)), place)));
  const pieces = async function* (encode: (first: number, end: number) => Promise<Uint8Array>) {
    for (let first = 0; first < to - from; first += BLOCK_ITEMS)
      yield parquetBytes(
        'row group',
        await encode(first, Math.min(to - from, first + BLOCK_ITEMS)),
      );
  };
  await writeFileOf(
    place('codes.parquet'),
    joinParquet(
      pieces((first, end) =>
        encodeCodes(
          kind,
          slice(keys, first, end),
          codes.slice(first * rowBytes, end * rowBytes),
          tables,
          bits,
        ),
      ),
    ),
  );
  parts.push({ name: 'codes.parquet', file: place('codes.parquet'), rows: (to - from) * tables });
  if (payloads) {
    await writeFileOf(
      place('payloads.parquet'),
      joinParquet(
        pieces((first, end) =>
          encodePayloads(kind, slice(keys, first, end), slice(payloads, first, end)),
        ),
      ),
    );
    parts.push({ name: 'payloads.parquet', file: place('payloads.parquet'), rows: to - from });
  }
  return { parts, rows: to - from, facts };
}

async function rangeOfCodes({ plan, input, context, place }: Work): Promise<ArtifactContent> {
  const { tables, bits, kind, itemBlocks } = plan;
  const { maximumBucket = 0 } = input;
  const width = bits / 8;
  const shared = isShared(input);
  const bounds = boundsOf(plan);
  const ranges: Artifact[] = [];
  const first = plan.ranges.indexOf(itemBlocks);
  for (let at = 0; at < first; at++) {
    // There already, but where somebody has removed it.
    const { artifact } = await makeRange(
      { ...input, from: plan.ranges[at]!, to: plan.ranges[at + 1]! },
      context,
    );
    ranges.push(await openArtifact(context.openStore(input.store), artifact));
  }
  const parts: PartToWrite[] = [];
  const facts: Facts = { buckets: 0, clusters: 0 };
  const overCap: Uint32Array[] = [];
  let table = 0;
  for (let set = 0; set < setsOf(plan, shared); set++) {
    const collected = await collectCodes(ranges, plan, {
      from: input.from - itemBlocks,
      to: input.to - itemBlocks,
      set,
      sets: setsOf(plan, shared),
    });
    if (maximumBucket > 0) overCap.push(numbersOverCap(collected, width, maximumBucket));
    for (const buckets of shared
      ? sharedPlacedBuckets(collected, width, tables)
      : [placedBuckets(collected, width)]) {
      context.onProgress(table, tables);
      const { keys, payloads, numbers } = collected;
      const run = bucketRun(
        { buckets, keys, numbers, ...(payloads && { payloads }), idsAlone: kind === 'int64' },
        buckets.codes,
        width,
        longestInline(DEFAULT_PAGE_BYTES),
      );
      parts.push(...(await writeRun(`buckets-${table}`, run, place, facts)));
      const rows = buckets.offsets.length - 1;
      const clusters = countLarger(buckets, 1);
      facts['buckets']! += rows;
      facts['clusters']! += clusters;
      facts[`buckets-${table}.clusters`] = clusters;
      if (maximumBucket > 0)
        facts['bucketsOverCap'] =
          (facts['bucketsOverCap'] ?? 0) + countLarger(buckets, maximumBucket);
      if (rows > 0) {
        const name = `buckets-${table}.parquet`;
        const own = table;
        const pieces = async function* () {
          for await (const bytes of encodeBuckets(buckets, bounds, {
            kind,
            keys,
            table: own,
            bits,
          }))
            yield parquetBytes('row group', bytes);
        };
        await writeFileOf(place(name), joinParquet(pieces()));
        parts.push({ name, file: place(name), rows });
      }
      table++;
    }
  }
  if (maximumBucket > 0) {
    const numbers = Buffer.concat(
      overCap.map(({ buffer, byteOffset, byteLength }) =>
        Buffer.from(buffer, byteOffset, byteLength),
      ),
    );
    parts.push({ name: 'over-cap.numbers', bytes: numbers, rows: numbers.length / 4 });
  }
  return { parts, rows: facts['buckets']!, facts };
}

function countLarger({ offsets }: PlacedBuckets, size: number): number {
  let larger = 0;
  for (let b = 1; b < offsets.length; b++) if (offsets[b]! - offsets[b - 1]! > size) larger++;
  return larger;
}

/** The parts of a run, and what the merge must know before it reads them. */
async function writeRun(
  name: string,
  run: EntryRun,
  place: (name: string) => string,
  facts: Facts,
): Promise<PartToWrite[]> {
  facts[`${name}.entries`] = run.entries;
  facts[`${name}.bytes`] = run.bytes;
  facts[`${name}.largest`] = run.largest;
  facts[`${name}.listBytes`] = run.listBytes;
  await writeFileOf(place(`${name}.run`), run.records());
  const parts: PartToWrite[] = [
    { name: `${name}.run`, file: place(`${name}.run`), rows: run.entries },
  ];
  if (run.listBytes > 0) {
    await writeFileOf(place(`${name}.lists`), run.lists());
    const { buffer, byteOffset, byteLength } = run.largeOffsets;
    parts.push(
      { name: `${name}.lists`, file: place(`${name}.lists`), rows: run.largeOffsets.length },
      {
        name: `${name}.large`,
        bytes: new Uint8Array(buffer, byteOffset, byteLength),
        rows: run.largeOffsets.length,
      },
    );
  }
  return parts;
}

function joinStrings(parts: readonly ByteStrings[]): ByteStrings {
  const bytes = parts.reduce((sum, part) => sum + part.bytes.length, 0);
  const offsets = new (bytes < 0x1_0000_0000 ? Uint32Array : Float64Array)(
    parts.reduce((sum, part) => sum + part.offsets.length - 1, 1),
  );
  let row = 0;
  for (const part of parts) {
    const base = offsets[row]!;
    for (let k = 1; k < part.offsets.length; k++) offsets[row + k] = base + part.offsets[k]!;
    row += part.offsets.length - 1;
  }
  return { bytes: new Uint8Array(Buffer.concat(parts.map(({ bytes }) => bytes))), offsets };
}

function slice({ bytes, offsets }: ByteStrings, from: number, to: number): ByteStrings {
  return { bytes, offsets: offsets.subarray(from, to + 1) };
}
