import type { ArtifactReference } from '../../schemas/artifact.ts';
import type { FieldTypes } from '../../schemas/field-types.ts';
import { artifactReference, openArtifact } from '../../store/artifacts.ts';
import type { Store } from '../../store/store.ts';
import { digestOfKeys } from '../affinity/name-counts.ts';
import { type AllLists, listArtifacts } from './all-lists.ts';
import type { Recipe } from '../stage/produce-artifact.ts';
import type { StageInput } from '../stage/stage.ts';
import type { ItemInputs, ItemSource } from './item-rows.ts';

export interface ExportInput extends StageInput, ItemInputs {
  model?: ArtifactReference;
  /** The artifact with encoder.json and encoder.bin: what makes codes of other documents. */
  encoder?: ArtifactReference;
  /** The ranked lists of neighbours of all items; absent: none are published. */
  lists?: AllLists;
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
  /** Of the payloads, where they have fields. */
  fields?: FieldTypes;
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

/** Items of a unit; a row group of codes.parquet. */
export const BLOCK_ITEMS = 131_072;

export function exportRecipe(input: ExportInput): Recipe {
  const inputs = [input.codes, input.vocabulary, input.model, input.items, input.encoder].filter(
    (reference) => reference !== undefined,
  );
  const { maximumBucket = 0, lists } = input;
  return {
    stage: 'export',
    parameters: {
      ...(maximumBucket > 0 && { maximumBucket }),
      ...(lists && { lists: digestOfKeys(listArtifacts(lists)) }),
    },
    inputs,
    force: input.force,
  };
}

export function planRecipe(input: ExportInput): Recipe {
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

export function rangeRecipe(
  input: ExportInput,
  { from, to }: { from: number; to: number },
): Recipe {
  return {
    stage: 'export-range',
    parameters: { from, to },
    inputs: [planReference(input)],
    force: false,
  };
}

export function partRecipe(input: ExportInput, part: number): Recipe {
  return {
    stage: 'export-part',
    parameters: { part },
    inputs: [planReference(input)],
    force: false,
  };
}
