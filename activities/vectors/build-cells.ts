import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ArtifactReference } from '../../schemas/artifact.ts';
import type { Configuration } from '../../schemas/configuration.ts';
import { payloadFields } from '../../schemas/payload-fields.ts';
import type { ReadingRules } from '../../schemas/reading-rules.ts';
import { takenIds } from '../../sources/taken-ids.ts';
import { artifactReference, openArtifact } from '../../store/artifacts.ts';
import { type ListedFile, readListedFiles } from '../corpus/listed-files.ts';
import { itemRanges } from '../index/item-ranges.ts';
import { openItems } from '../index/item-rows.ts';
import { produceArtifact, type Recipe } from '../stage/produce-artifact.ts';
import type { StageContext, StageInput, StageOutput } from '../stage/stage.ts';
import { numberFinder } from './find-numbers.ts';
import { makeCells, type VisitVector } from './make-cells.ts';
import { readVectorRows } from './read-vectors.ts';

declare module '../stages.ts' {
  interface Stages {
    buildCells: typeof buildCells;
  }
}

export interface BuildCellsInput extends StageInput {
  files: ArtifactReference;
  reading: ReadingRules;
  vectors: Configuration['vectors'];
  /** The artifact of `encode`: which items there are, and their numbers. */
  encoded: ArtifactReference;
  seed: number;
}

interface BuildCellsOutput extends StageOutput {
  /** Ranges of items for what comes next: range k is [batches[k], batches[k + 1]). */
  batches: number[];
}

/** Each range reads all cells, so there are not many. */
const RANGES = { least: 65_536, most: 64 };

/**
 * The vectors themselves, a byte a dimension, in cells of near ones, so that a reader finds the
 * neighbours of any vector by a few ranged reads. The vectors are read twice, a file at a time.
 * Rows: items.
 */
export async function buildCells(
  input: BuildCellsInput,
  context: StageContext,
): Promise<BuildCellsOutput> {
  const { reading, vectors, seed, files, encoded, force } = input;
  const store = context.openStore(input.store);
  const recipe: Recipe = {
    stage: 'cells',
    parameters: { id: vectors.id, vector: vectors.vector, reading, seed },
    inputs: [files, encoded],
    force,
  };
  const output = await produceArtifact(context, store, recipe, async () => {
    const scratch = await mkdtemp(join(tmpdir(), 'hashloom-cells-'));
    try {
      const items = await openItems(store, { codes: encoded, items: encoded });
      const { manifest } = await openArtifact(store, encoded);
      const dimensions = Number(manifest.facts['dimensions']);
      const reading = { input, context, files: await readListedFiles(store, files), dimensions };
      return await makeCells({
        items,
        dimensions,
        seed,
        identity: Buffer.from(artifactReference(recipe).key, 'hex'),
        scratch,
        forEachVector: (visit, keys) =>
          forEachVector(reading, numberFinder(items.kind, keys), visit),
        onProgress: (done, total) => context.onProgress(done, total),
      });
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  });
  return { ...output, batches: itemRanges(output.rows, RANGES) };
}

interface Reading {
  input: BuildCellsInput;
  context: StageContext;
  files: ListedFile[];
  dimensions: number;
}

/** The vectors of all files in the order in which `encode` has numbered rows without ids. */
async function forEachVector(
  { input, context, files, dimensions }: Reading,
  numberOf: (id: bigint | string) => number,
  visit: VisitVector,
): Promise<void> {
  const { reading } = input;
  // Payloads lie in items.pages; what was left out for one is left out here too.
  const mayMiss = reading.badFiles === 'skip' || reading.badRows === 'skip';
  const payload = mayMiss ? input.vectors.payload : '';
  const vectors = { ...input.vectors, payload };
  const fields = payloadFields(payload);
  const taken = takenIds(reading);
  let first = 0;
  for (const file of files) {
    const options = { reading, vectors };
    const rows = await readVectorRows(file, options, context, dimensions, fields, taken);
    if ('reason' in rows) continue;
    for (let row = 0; row < rows.rows; row++) {
      const number = first + row;
      visit(rows.values, row * dimensions, () => numberOf(rows.ids?.[row] ?? BigInt(number)));
    }
    first += rows.rows;
  }
}
