import { binarize as binarizeKernel } from '../kernels/binarize.ts';
import type { ArtifactReference } from '../schemas/artifact.ts';
import { codes as codesSchema } from '../schemas/tables.ts';
import { encodeParquet } from '../store/parquet.ts';
import { loadModel } from './load-model.ts';
import { produceArtifact, type StageContext, type StageInput, type StageOutput } from './stage-context.ts';

export interface BinarizeInput extends StageInput {
  model: ArtifactReference;
}

/** Embeddings to codes: bit k is the sign of dimension k. Rows: codes. */
export async function binarize(input: BinarizeInput, context: StageContext): Promise<StageOutput> {
  const store = context.openStore(input.store);
  const recipe = { stage: 'binarize', parameters: {}, inputs: [input.model], force: input.force } as const;
  return await produceArtifact(context, store, recipe, async () => {
    const { rows, tables, bits, embeddings } = await loadModel(store, input.model);
    const code = new Uint8Array(embeddings.length / 8);
    binarizeKernel(embeddings, tables, bits, code);
    context.report(1, 2);
    const item = Int32Array.from({ length: rows * tables }, (_, at) => Math.floor(at / tables));
    const table = Int32Array.from({ length: rows * tables }, (_, at) => at % tables);
    const bytes = await encodeParquet(codesSchema(bits), { item, table, code }, { dress: 'internal' });
    return { parts: [{ name: 'codes.parquet', bytes, rows: item.length }], rows: item.length, facts: { items: rows, tables, bits } };
  });
}
