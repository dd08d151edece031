import { compareCode } from '../../kernels/pages/collect-codes.ts';
import { produceArtifact } from '../stage/produce-artifact.ts';
import type { StageContext, StageOutput } from '../stage/stage.ts';
import { type ItemSource, openItems } from './item-rows.ts';
import { BLOCK_ITEMS, type ExportInput, type ExportPlan, planRecipe } from './name-export.ts';

/**
 * Codes of each table that a unit should have: about a row group of buckets.parquet, and less than
 * one for certain.
 */
const CELL_CODES = 230_000;
/** Codes looked at for every bound, so that units differ by a few percent. */
const SAMPLED_A_CELL = 2048;
/** Of a code in a range, beside itself and the key: its places in sorts, its record. */
const BYTES_AN_ENTRY = 96;

/** The plan of an export, made where it is not there. Rows: ranges. */
export async function ensurePlan(input: ExportInput, context: StageContext): Promise<StageOutput> {
  const store = context.openStore(input.store);
  return await produceArtifact(context, store, planRecipe(input), async () => {
    const source = await openItems(store, input);
    const plan = await makePlan(source, input, context);
    return {
      parts: [
        {
          name: 'plan.json',
          bytes: Buffer.from(JSON.stringify(plan)),
          rows: plan.ranges.length - 1,
        },
      ],
      rows: plan.ranges.length - 1,
    };
  });
}

async function makePlan(
  source: ItemSource,
  { memoryMiB, lists }: ExportInput,
  context: StageContext,
): Promise<ExportPlan> {
  const { items, tables, bits, kind, hasPayloads, payloadBytes, fields } = source;
  const most = Math.floor(
    (memoryMiB * 2 ** 20) /
      (BYTES_AN_ENTRY + 2 * (bits / 8 + 16 + (hasPayloads ? Math.max(64, payloadBytes) : 0))),
  );
  const itemBlocks = Math.ceil(items / BLOCK_ITEMS);
  const bounds = await chooseBounds(source, Math.ceil(items / CELL_CODES), context);
  const blocksARange = Math.max(1, Math.floor(most / (tables * BLOCK_ITEMS)));
  const cellsARange = Math.max(1, Math.floor(most / (tables * CELL_CODES)));
  const ranges: number[] = [];
  for (let unit = 0; unit < itemBlocks; unit += blocksARange) ranges.push(unit);
  const cells = bounds.length + 1;
  for (let cell = 0; cell < cells; cell += cellsARange) ranges.push(itemBlocks + cell);
  ranges.push(itemBlocks + cells);
  const parts = [
    'items.pages',
    ...Array.from({ length: tables }, (_, table) => `buckets-${table}.pages`),
    'codes.parquet',
    'buckets.parquet',
    'groups.parquet',
    ...(hasPayloads ? ['payloads.parquet'] : []),
    ...(fields ? ['fields.bin'] : []),
    ...(lists ? ['neighbours.parquet', 'neighbours.pages'] : []),
  ];
  return {
    items,
    tables,
    bits,
    kind,
    hasPayloads,
    ...(fields && { fields }),
    itemBlocks,
    bounds,
    ranges,
    parts,
  };
}

/**
 * Codes that cut all codes in about `cells` equal shares, by a sample of items at even distances.
 */
async function chooseBounds(
  source: ItemSource,
  cells: number,
  context: StageContext,
): Promise<string[]> {
  if (cells < 2) return [];
  const { items, tables, bits } = source;
  const width = bits / 8;
  const step = Math.max(1, Math.floor((items * tables) / (cells * SAMPLED_A_CELL)));
  const sample: Uint8Array[] = [];
  let next = 0;
  for await (const { first, count, codes } of source.codes()) {
    for (; next < (first + count) * tables; next += step) {
      const at = (next - first * tables) * width;
      sample.push(codes.slice(at, at + width));
    }
    context.onProgress(first, items);
  }
  sample.sort((a, b) => compareCode(a, 0, b));
  const chosen = Array.from(
    { length: cells - 1 },
    (_, cell) => sample[Math.floor(((cell + 1) * sample.length) / cells)]!,
  );
  return [...new Set(chosen.map((code) => Buffer.from(code).toString('hex')))].filter((bound) =>
    /[^0]/.test(bound),
  );
}
