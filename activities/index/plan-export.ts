import { compareCode } from '../../kernels/pages/collect-codes.ts';
import type { ArtifactReference } from '../../schemas/artifact.ts';
import { artifactComplete, artifactReference, openArtifact } from '../../store/artifacts.ts';
import type { Store } from '../../store/store.ts';
import { type ItemInputs, type ItemSource, openItems } from './item-rows.ts';
import { type StageContext, type StageInput, type StageOutput } from '../stage/stage.ts';
import { produceArtifact, type Recipe } from '../stage/produce-artifact.ts';

declare module '../stages.ts' {
  interface Stages {
    planExport: typeof planExport;
  }
}

export interface ExportInput extends StageInput, ItemInputs {
  model?: ArtifactReference;
  /** The artifact with encoder.json and encoder.bin: what makes codes of other documents. */
  encoder?: ArtifactReference;
  /** A lookup gives no bucket of more items; 0 or absent: it gives all. */
  maximumBucket?: number;
  /** About what one range may take in memory, in MiB. Changes nothing of the result. */
  memoryMiB: number;
}

/**
 * What the export is made of: units [0, itemBlocks) are neighbouring items, the others the codes
 * between two bounds.
 */
export interface ExportPlan {
  items: number;
  tables: number;
  bits: number;
  kind: ItemSource['kind'];
  hasPayloads: boolean;
  itemBlocks: number;
  /**
   * Codes in hexadecimal, ascending: unit itemBlocks + c holds codes from bound c - 1 on and below
   * bound c.
   */
  bounds: string[];
  /** Range k holds the units [ranges[k], ranges[k + 1]); none holds both kinds. */
  ranges: number[];
  /** Names of the published files that are made of ranges; part k is parts[k]. */
  parts: string[];
}

export interface PlanExportOutput extends StageOutput {
  /** The export is there already: nothing is to be done. */
  finished: boolean;
  /** Units of items, which are made first: those of codes read what they leave. */
  itemRanges: number[];
  codeRanges: number[];
  /** Batches of one part each. */
  parts: number[];
}

/** Items of a unit; a row group of codes.parquet. */
export const BLOCK_ITEMS = 131_072;
/**
 * Codes of each table that a unit should have: about a row group of buckets.parquet, and less than
 * one for certain.
 */
const CELL_CODES = 230_000;
/** Codes looked at for every bound, so that units differ by a few percent. */
const SAMPLED_A_CELL = 2048;
/** Of a code in a range, beside itself and the key: its places in sorts, its record. */
const BYTES_AN_ENTRY = 96;

export function exportRecipe(input: ExportInput): Recipe {
  const inputs = [input.codes, input.vocabulary, input.model, input.items, input.encoder].filter(
    (reference) => reference !== undefined,
  );
  const { maximumBucket = 0 } = input;
  return {
    stage: 'export',
    parameters: { ...(maximumBucket > 0 && { maximumBucket }) },
    inputs,
    force: input.force,
  };
}

function planRecipe(input: ExportInput): Recipe {
  const recipe = exportRecipe(input);
  return {
    ...recipe,
    stage: 'export-plan',
    parameters: { ...recipe.parameters, memoryMiB: input.memoryMiB },
    force: false,
  };
}

export const planReference = (input: ExportInput): ArtifactReference =>
  artifactReference(planRecipe(input));

export async function readPlan(store: Store, input: ExportInput): Promise<ExportPlan> {
  const plan = await openArtifact(store, planReference(input));
  return JSON.parse(Buffer.from(await plan.part('plan.json')).toString('utf8')) as ExportPlan;
}

/**
 * Cuts the export in ranges of items and of codes that fit in memory, whatever the codes. Rows:
 * ranges.
 */
export async function planExport(
  input: ExportInput,
  context: StageContext,
): Promise<PlanExportOutput> {
  const store = context.openStore(input.store);
  const artifact = artifactReference(exportRecipe(input));
  const there = input.force ? undefined : await artifactComplete(store, artifact);
  if (there)
    return {
      artifact,
      cached: true,
      rows: 0,
      bytes: 0,
      facts: {},
      finished: true,
      itemRanges: [0],
      codeRanges: [0],
      parts: [0],
    };
  const output = await produceArtifact(context, store, planRecipe(input), async () => {
    const source = await openItems(store, input);
    const plan = await makePlan(source, input.memoryMiB, context);
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
  const { ranges, itemBlocks, parts } = await readPlan(store, input);
  const [itemRanges, codeRanges] = [
    ranges.filter((unit) => unit <= itemBlocks),
    ranges.filter((unit) => unit >= itemBlocks),
  ];
  return {
    ...output,
    finished: false,
    itemRanges,
    codeRanges,
    parts: Array.from({ length: parts.length + 1 }, (_, part) => part),
  };
}

async function makePlan(
  source: ItemSource,
  memoryMiB: number,
  context: StageContext,
): Promise<ExportPlan> {
  const { items, tables, bits, kind, hasPayloads } = source;
  const most = Math.floor(
    (memoryMiB * 2 ** 20) / (BYTES_AN_ENTRY + 2 * (bits / 8 + 16 + (hasPayloads ? 64 : 0))),
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
  ];
  return { items, tables, bits, kind, hasPayloads, itemBlocks, bounds, ranges, parts };
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
    context.report(first, items);
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
