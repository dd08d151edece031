import { z } from 'zod';
import { evaluate as evaluateCodes } from '../evaluation/evaluate.ts';
import type { ArtifactReference } from '../schemas/artifact.ts';
import type { Metrics } from '../schemas/run.ts';
import { AFFINITY, HELD_OUT } from '../schemas/tables.ts';
import { artifactFolder, openArtifact } from '../store/artifacts.ts';
import { decodeParquet } from '../store/parquet.ts';
import { readJson, toJson } from './json-object.ts';
import { loadCodes } from './load-codes.ts';
import { loadModel } from './load-model.ts';
import { toSparseRows } from './sparse-rows.ts';
import { produceArtifact, type StageContext, type StageInput, type StageOutput } from './stage-context.ts';

export interface EvaluateInput extends StageInput {
  codes: ArtifactReference;
  model: ArtifactReference;
  affinity: ArtifactReference;
  pairs: ArtifactReference;
  queries: number;
  seed: number;
}

export interface EvaluateOutput extends StageOutput {
  metrics: Metrics;
}

/** All metrics of the codes: against D, and on the held-out pairs. Rows: metrics. */
export async function evaluate(input: EvaluateInput, context: StageContext): Promise<EvaluateOutput> {
  const store = context.openStore(input.store);
  const { queries, seed } = input;
  const inputs = [input.codes, input.model, input.affinity, input.pairs];
  const output = await produceArtifact(context, store, { stage: 'evaluate', parameters: { queries, seed }, inputs, force: input.force }, async () => {
    const { codes, tables, bits, items } = await loadCodes(store, input.codes);
    const { embeddings } = await loadModel(store, input.model);
    const affinity = await openArtifact(store, input.affinity);
    const d = await decodeParquet(await affinity.part('affinity.parquet'), AFFINITY, 'affinity.parquet');
    const pairs = await openArtifact(store, input.pairs);
    const heldOut = await decodeParquet(await pairs.part('held-out.parquet'), HELD_OUT, 'held-out.parquet');
    context.report(1, 2);
    const { offsets, columns } = toSparseRows(d, 0, items, 'affinity.parquet');
    const metrics = evaluateCodes({ codes, tables, codeBytes: bits / 8, embeddings, truth: { rowOffsets: offsets, columns }, heldOut, queries, seed });
    const rows = Object.keys(metrics).length;
    return { parts: [{ name: 'metrics.json', bytes: toJson(metrics), rows }], rows };
  });
  const { manifest } = await openArtifact(store, output.artifact);
  const metrics = await readJson(store, `${artifactFolder(output.artifact)}/${manifest.parts[0]!.path}`, z.record(z.string(), z.number()));
  return { ...output, metrics: metrics ?? {} };
}
