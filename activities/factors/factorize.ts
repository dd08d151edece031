import {
  type FactorSides,
  halfStep,
  startFactors,
  turnOf,
} from '../../kernels/factors/factorize.ts';
import { sidesOf } from '../../kernels/factors/sides-of.ts';
import { drawKeys } from '../../kernels/words/draw-keys.ts';
import type { ArtifactReference } from '../../schemas/artifact.ts';
import type { Store } from '../../store/store.ts';
import { keepLinkGraph } from '../affinity/keep-link-graph.ts';
import type { LinkGraphInput } from '../affinity/load-link-graph.ts';
import type { BatchOutput } from '../stage/batch-output.ts';
import { produceArtifact } from '../stage/produce-artifact.ts';
import type { StageContext, StageInput } from '../stage/stage.ts';
import { readWords } from '../words/read-vocabulary.ts';
import { readInto, readStep } from './load-factors.ts';
import { type FactorParameters, stepArtifact } from './name-factors.ts';

declare module '../stages.ts' {
  interface Stages {
    factorize: typeof factorize;
  }
}

export interface FactorizeInput extends StageInput, FactorParameters, LinkGraphInput {
  /** The words of D, by which the first factors are drawn. */
  vocabulary: ArtifactReference;
  /** The half-step, from 1. */
  step: number;
  /** Of all its activities, and of those of the half-step before. */
  ranges: number[];
  from: number;
  to: number;
}

/** A half-step for rows [from, to) of D: the factors of those that are of its side. Rows: these. */
export async function factorize(
  input: FactorizeInput,
  context: StageContext,
): Promise<BatchOutput> {
  const { from, to, step, force, factors: d } = input;
  const store = context.openStore(input.store);
  const { parameters, inputs } = stepArtifact(input, input);
  const recipe = { stage: 'factor-step', parameters, inputs, force } as const;
  return await produceArtifact(context, store, recipe, async () => {
    const onProgress = (): void => context.onProgress(0, to - from);
    const graph = await keepLinkGraph(store, input, onProgress);
    const sides = sidesOf(graph, input.sides);
    const side = sides[turnOf(step).solved];
    const rows = { from: Math.max(from, side.from), to: Math.min(to, side.to) };
    if (rows.to < rows.from) rows.to = rows.from = side.from;
    const others = await keepOthers(store, input, sides);
    const own = await ownFactors(store, input, sides, rows);
    onProgress();
    const solved = halfStep(graph, sides, step, rows, others, own, input);
    const bytes = new Uint8Array(solved.buffer, solved.byteOffset, solved.byteLength);
    return {
      parts: [{ name: 'factors.f32', bytes, rows: solved.length / d }],
      rows: solved.length / d,
    };
  });
}

let kept: { key: string; others: Float32Array } | undefined;

/** What the half-step before left, the same for all ranges of this one. */
async function keepOthers(
  store: Store,
  input: FactorizeInput,
  sides: FactorSides,
): Promise<Float32Array> {
  const { ranges, step, factors: d } = input;
  if (step === 1) return await firstFactors(store, input, sides);
  const { from, to } = sides[turnOf(step).fixed];
  const { artifact } = stepArtifact({ ...input, step: step - 1 }, { from: 0, to: 0 });
  const key = `${store.uri}/${artifact.key}`;
  if (kept?.key !== key) {
    kept = undefined;
    kept = { key, others: await readStep(store, input, ranges, step - 1, (to - from) * d) };
  }
  return kept.others;
}

/** The factors of these rows before the half-step. */
async function ownFactors(
  store: Store,
  input: FactorizeInput,
  sides: FactorSides,
  { from, to }: { from: number; to: number },
): Promise<Float32Array> {
  const { step, factors: d } = input;
  if (step === 1) return new Float32Array((to - from) * d);
  const first = sides[turnOf(step).solved].from;
  if (step === 2)
    return (await firstFactors(store, input, sides)).subarray((from - first) * d, (to - first) * d);
  const own = new Float32Array((to - from) * d);
  const { artifact } = stepArtifact({ ...input, step: step - 2 }, input);
  await readInto(store, artifact, 'factors.f32', own, 0);
  return own;
}

async function firstFactors(
  store: Store,
  input: FactorizeInput,
  sides: FactorSides,
): Promise<Float32Array> {
  const keys = drawKeys(await readWords(store, input.vocabulary));
  return startFactors(sides, { ...input, keys }).answering;
}
