import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checksumSeed } from '../../format/cell-map.ts';
import { compactVector, strideOf } from '../../format/compact-vectors.ts';
import { cellAssigner } from '../../kernels/vectors/assign-cells.ts';
import { buildCellMap } from '../../kernels/vectors/build-cell-map.ts';
import { learnCells } from '../../kernels/vectors/learn-cells.ts';
import type { ArtifactReference } from '../../schemas/artifact.ts';
import type { Configuration } from '../../schemas/configuration.ts';
import { payloadFields } from '../../schemas/payload-fields.ts';
import { artifactReference, openArtifact } from '../../store/artifacts.ts';
import { type ListedFile, readListedFiles } from '../corpus/listed-files.ts';
import { itemRanges } from '../index/item-ranges.ts';
import { openItems } from '../index/item-rows.ts';
import { type ArtifactContent, produceArtifact, type Recipe } from '../stage/produce-artifact.ts';
import type { StageContext, StageInput, StageOutput } from '../stage/stage.ts';
import { cellWriter } from './cell-writer.ts';
import { numberFinder } from './find-numbers.ts';
import { readVectorRows } from './read-vectors.ts';

declare module '../stages.ts' {
  interface Stages {
    buildCells: typeof buildCells;
  }
}

export interface BuildCellsInput extends StageInput {
  files: ArtifactReference;
  badFiles: Configuration['source']['badFiles'];
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
/** Of the vectors that cells are learned from. */
const MAX_SAMPLE_BYTES = 64 * 2 ** 20;
const SAMPLED_A_CELL = 48;
const LEAST_SAMPLED_A_CELL = 16;
/** Rows between two reports. */
const STEP_ROWS = 4096;

/**
 * The vectors themselves, a byte a dimension, in cells of near ones, so that a reader finds the
 * neighbours of any vector by a few ranged reads. The vectors are read twice, a file at a time.
 * Rows: items.
 */
export async function buildCells(
  input: BuildCellsInput,
  context: StageContext,
): Promise<BuildCellsOutput> {
  const { badFiles, vectors, seed, files, encoded, force } = input;
  const store = context.openStore(input.store);
  const recipe: Recipe = {
    stage: 'cells',
    parameters: { id: vectors.id, vector: vectors.vector, badFiles, seed },
    inputs: [files, encoded],
    force,
  };
  const output = await produceArtifact(context, store, recipe, async () => {
    const scratch = await mkdtemp(join(tmpdir(), 'hashloom-cells-'));
    try {
      const items = await openItems(store, { codes: encoded, items: encoded });
      const { manifest } = await openArtifact(store, encoded);
      return await makeCells({
        input,
        context,
        files: await readListedFiles(store, files),
        items,
        dimensions: Number(manifest.facts['dimensions']),
        identity: Buffer.from(artifactReference(recipe).key, 'hex'),
        scratch,
      });
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  });
  return { ...output, batches: itemRanges(output.rows, RANGES) };
}

interface Making {
  input: BuildCellsInput;
  context: StageContext;
  files: ListedFile[];
  items: Awaited<ReturnType<typeof openItems>>;
  dimensions: number;
  identity: Uint8Array;
  scratch: string;
}

async function makeCells(making: Making): Promise<ArtifactContent> {
  const { context, items, dimensions, identity, scratch, input } = making;
  const { items: n, kind } = items;
  const stride = strideOf(dimensions);
  const wanted = Math.max(Math.round(4 * Math.sqrt(n)), Math.round(n / 256));
  const most = Math.min(n, Math.floor(MAX_SAMPLE_BYTES / stride), wanted * SAMPLED_A_CELL);
  const cells = Math.max(1, Math.min(wanted, Math.floor(most / LEAST_SAMPLED_A_CELL)));
  const sample = { rows: new Int8Array(most * stride), scales: new Float32Array(most) };
  let sampled = 0;
  await forEachVector(making, 0, (row, values, at) => {
    if (sampled === most || Math.floor((row * most) / n) < sampled) return;
    sample.scales[sampled] = compactVector(values, at, dimensions, sample.rows, sampled * stride);
    sampled++;
  });
  const learned = learnCells(
    {
      rows: sample.rows.subarray(0, sampled * stride),
      scales: sample.scales.subarray(0, sampled),
    },
    { dimensions, cells, seed: input.seed },
    () => context.onProgress(n, 2 * n),
  );
  const keys = await items.keys();
  const numberOf = numberFinder(kind, keys);
  const cellOf = cellAssigner(learned);
  const writer = cellWriter(
    { items: n, dimensions, cells: learned.cells.halfSquares.length },
    scratch,
  );
  const rounded = new Int8Array(stride);
  const asked = new Int16Array(stride);
  await forEachVector(making, n, (row, values, at, id) => {
    const scale = compactVector(values, at, dimensions, rounded, 0);
    asked.set(rounded);
    writer.add({
      cell: cellOf(asked, scale),
      number: numberOf(id ?? BigInt(row)),
      scale,
      values: rounded.subarray(0, dimensions),
    });
  });
  const { content, written } = writer.finish(
    { ...keys, idsAlone: kind === 'int64' },
    checksumSeed(identity),
    () => context.onProgress(2 * n, 2 * n),
  );
  return {
    parts: [
      {
        name: 'cells.map',
        bytes: buildCellMap(learned, written, { keys: kind, identity }),
        rows: written.length,
      },
      { name: 'cells.bin', ...content, rows: n },
    ],
    rows: n,
    facts: { cells: written.length, dimensions },
  };
}

/** The vectors of all files in the order in which `encode` has numbered rows without ids. */
async function forEachVector(
  { input, context, files, items, dimensions }: Making,
  done: number,
  visit: (row: number, values: Float32Array, at: number, id: bigint | string | undefined) => void,
): Promise<void> {
  const { badFiles } = input;
  // Payloads lie in items.pages; a file that was left out for one is left out here too.
  const payload = badFiles === 'skip' ? input.vectors.payload : '';
  const vectors = { ...input.vectors, payload };
  const fields = payloadFields(payload);
  let first = 0;
  for (const file of files) {
    const rows = await readVectorRows(file, { badFiles, vectors }, context, dimensions, fields);
    if ('reason' in rows) continue;
    for (let row = 0; row < rows.rows; row++) {
      if (row % STEP_ROWS === 0) context.onProgress(done + first + row, 2 * items.items);
      visit(first + row, rows.values, row * dimensions, rows.ids?.[row]);
    }
    first += rows.rows;
  }
}
