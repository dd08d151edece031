import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { factorize as factorizeAll, turnOf } from '../../kernels/factors/factorize.ts';
import { sidesOf } from '../../kernels/factors/sides-of.ts';
import { drawKeys } from '../../kernels/words/draw-keys.ts';
import type { ArtifactReference } from '../../schemas/artifact.ts';
import type { PartToWrite } from '../../store/artifacts.ts';
import { openArtifact } from '../../store/artifacts.ts';
import { growingFile } from '../../store/growing-file.ts';
import type { Store } from '../../store/store.ts';
import { keepLinkGraph } from '../affinity/keep-link-graph.ts';
import type { LinkGraphInput } from '../affinity/load-link-graph.ts';
import { type ArtifactContent, produceArtifact } from '../stage/produce-artifact.ts';
import type { StageContext, StageInput, StageOutput } from '../stage/stage.ts';
import { readWords } from '../words/read-vocabulary.ts';
import { factorsArtifact, type FactorParameters, partOf, stepArtifacts } from './name-factors.ts';

declare module '../stages.ts' {
  interface Stages {
    finishFactors: typeof finishFactors;
  }
}

interface FinishFactorsInput extends StageInput, FactorParameters, LinkGraphInput {
  /** The words of D, by which the first factors are drawn. */
  vocabulary: ArtifactReference;
  /** Of the half-steps that were taken; empty where none was: then all of them are taken here. */
  ranges: number[];
}

/** Of factors: what is not yet in a file. */
const MAX_BYTES_IN_MEMORY = 2 ** 24;

/**
 * The factors of all rows: gathered from the ranges of the last two half-steps, or of a small D all
 * at once, the same bytes. Rows: rows with factors of either kind.
 */
export async function finishFactors(
  input: FinishFactorsInput,
  context: StageContext,
): Promise<StageOutput> {
  const store = context.openStore(input.store);
  const { parameters, inputs } = factorsArtifact(input);
  const recipe = { stage: 'factors', parameters, inputs, force: input.force } as const;
  const scratch = await mkdtemp(join(tmpdir(), 'hashloom-factors-'));
  try {
    return await produceArtifact(context, store, recipe, async () =>
      input.ranges.length > 0
        ? await gather(store, input, context, scratch)
        : await computeAll(store, input, context),
    );
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function computeAll(
  store: Store,
  input: FinishFactorsInput,
  context: StageContext,
): Promise<ArtifactContent> {
  const graph = await keepLinkGraph(store, input, () => context.onProgress(0, input.rounds));
  const sides = sidesOf(graph, input.sides);
  const keys = drawKeys(await readWords(store, input.vocabulary));
  const factors = factorizeAll(graph, sides, { ...input, keys }, (done, total) =>
    context.onProgress(done, total),
  );
  return contentOf(
    (['asking', 'answering'] as const).map((side) => {
      const { buffer, byteOffset, byteLength, length } = factors[side];
      const bytes = new Uint8Array(buffer, byteOffset, byteLength);
      return { name: partOf(side), bytes, rows: length / input.factors };
    }),
  );
}

async function gather(
  store: Store,
  input: FinishFactorsInput,
  context: StageContext,
  scratch: string,
): Promise<ArtifactContent> {
  const parts: PartToWrite[] = [];
  for (const step of [2 * input.rounds - 1, 2 * input.rounds]) {
    const name = partOf(turnOf(step).solved);
    const file = growingFile(join(scratch, name), MAX_BYTES_IN_MEMORY);
    for (const reference of stepArtifacts(input, input.ranges, step)) {
      context.onProgress(parts.length, 2);
      const range = await openArtifact(store, reference);
      for await (const piece of range.partStream('factors.f32')) file.push(piece);
    }
    const rows = file.length() / (4 * input.factors);
    parts.push({ name, ...file.finish(), rows });
  }
  return contentOf(parts);
}

const contentOf = (parts: PartToWrite[]): ArtifactContent => ({
  parts,
  rows: parts.reduce((sum, part) => sum + part.rows, 0),
});
