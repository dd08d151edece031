import { binarize as binarizeKernel } from '../../kernels/numbers/binarize.ts';
import { settle } from '../../kernels/codes/settle.ts';
import type { ArtifactReference } from '../../schemas/artifact.ts';
import { openArtifact } from '../../store/artifacts.ts';
import { codesPart } from './codes-part.ts';
import { loadModel } from './load-model.ts';
import { readSparseRows } from '../affinity/load-sparse-rows.ts';
import { type StageContext, type StageInput, type StageOutput } from '../stage/stage.ts';
import { produceArtifact } from '../stage/produce-artifact.ts';

declare module '../stages.ts' {
  interface Stages {
    binarize: typeof binarize;
  }
}

interface BinarizeInput extends StageInput {
  model: ArtifactReference;
  /**
   * The held-out pairs' artifact, whose training D codes settle by; absent: they are signs alone.
   */
  pairs?: ArtifactReference;
}

/**
 * Embeddings to codes: bit k is the sign of dimension k; then those that are alone settle
 * (kernels/codes/settle.ts). Rows: codes.
 */
export async function binarize(input: BinarizeInput, context: StageContext): Promise<StageOutput> {
  const store = context.openStore(input.store);
  const recipe = {
    stage: 'binarize',
    parameters: {},
    inputs: [input.model, ...(input.pairs ? [input.pairs] : [])],
    force: input.force,
  } as const;
  return await produceArtifact(context, store, recipe, async () => {
    const { rows, tables, bits, embeddings } = await loadModel(store, input.model);
    const code = new Uint8Array(embeddings.length / 8);
    binarizeKernel(embeddings, tables, bits, code);
    context.onProgress(1, 3);
    const settled = input.pairs
      ? settle(
          code,
          tables,
          bits / 8,
          await readSparseRows(await openArtifact(store, input.pairs), 'training.parquet', rows),
        )
      : 0;
    context.onProgress(2, 3);
    const codes = await codesPart(code, tables, bits);
    return {
      parts: [codes],
      rows: codes.rows,
      facts: { items: rows, tables, bits, settled },
    };
  });
}
