import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Layer,
  projectSparse,
  type SparseRows,
} from '../../kernels/documents/encode-sparse.ts';
import type { ArtifactReference } from '../../schemas/artifact.ts';
import { artifactReference, openArtifact } from '../../store/artifacts.ts';
import { openItems } from '../index/item-rows.ts';
import { produceArtifact, type Recipe } from '../stage/produce-artifact.ts';
import type { StageContext, StageInput, StageOutput } from '../stage/stage.ts';
import { makeCells, type VisitVector } from '../vectors/make-cells.ts';
import { decodeLayers, type EncoderHeader } from './encoder-parts.ts';
import { loadWeighed } from './load-weighed.ts';

declare module '../stages.ts' {
  interface Stages {
    buildOutputCells: typeof buildOutputCells;
  }
}

interface BuildOutputCellsInput extends StageInput {
  weighed: ArtifactReference;
  /** The artifact of `encode-documents`: the items, and the encoder. */
  encoded: ArtifactReference;
  seed: number;
}

/** Documents whose outputs are in memory at once. */
const STEP_DOCUMENTS = 512;

/**
 * What the encoder gives for each document before the signs, a byte an output, in cells of near
 * ones, so that a reader ranks documents for a text by the cosine. Rows: documents.
 */
export async function buildOutputCells(
  input: BuildOutputCellsInput,
  context: StageContext,
): Promise<StageOutput> {
  const { weighed, encoded, seed, force } = input;
  const store = context.openStore(input.store);
  const recipe: Recipe = {
    stage: 'cells',
    parameters: { seed },
    inputs: [weighed, encoded],
    force,
  };
  return await produceArtifact(context, store, recipe, async () => {
    const scratch = await mkdtemp(join(tmpdir(), 'hashloom-cells-'));
    try {
      const model = await openArtifact(store, encoded);
      const json = Buffer.from(await model.part('encoder.json')).toString('utf8');
      const header = JSON.parse(json) as EncoderHeader;
      const layers = decodeLayers(header, await model.part('encoder.bin'), 'encoder.bin');
      const { rows } = (await loadWeighed(store, weighed)).all;
      return await makeCells({
        items: await openItems(store, { codes: encoded, items: encoded }),
        dimensions: header.bits,
        seed,
        identity: Buffer.from(artifactReference(recipe).key, 'hex'),
        scratch,
        forEachVector: (visit) => Promise.resolve(forEachOutput(rows, layers, visit)),
        onProgress: (done, total) => context.onProgress(done, total),
      });
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  });
}

/** A document without terms, whose code is all zeros, is near to nothing. */
function forEachOutput(rows: SparseRows, layers: readonly Layer[], visit: VisitVector): void {
  const { offsets, terms, weights } = rows;
  const width = layers.at(-1)!.outputs;
  const none = new Float64Array(width);
  const n = offsets.length - 1;
  for (let first = 0; first < n; first += STEP_DOCUMENTS) {
    const end = Math.min(first + STEP_DOCUMENTS, n);
    const some = { offsets: offsets.subarray(first, end + 1), terms, weights };
    const outputs = projectSparse(some, layers);
    for (let row = first; row < end; row++)
      if (offsets[row] === offsets[row + 1]) visit(none, 0, () => row);
      else visit(outputs, (row - first) * width, () => row);
  }
}
