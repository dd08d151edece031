import { sidesOf } from '../../kernels/factors/sides-of.ts';
import { cellCodes, cellsOfRows } from '../../kernels/two-codes/cell-codes.ts';
import { codeVectors } from '../../kernels/two-codes/code-vectors.ts';
import { learnTwoCodes } from '../../kernels/two-codes/learn-two-codes.ts';
import { linksToLearn } from '../../kernels/two-codes/links-to-learn.ts';
import { Failure } from '../../schemas/failures.ts';
import { keepLinkGraph } from '../affinity/keep-link-graph.ts';
import type { LinkGraphInput } from '../affinity/load-link-graph.ts';
import { produceArtifact } from '../stage/produce-artifact.ts';
import type { StageContext, StageInput, StageOutput } from '../stage/stage.ts';
import { codesContent, codesOfRows } from './codes-content.ts';
import { loadFactors } from './load-factors.ts';
import { type CodesParameters, codesArtifact } from './name-codes.ts';

declare module '../stages.ts' {
  interface Stages {
    learnCodes: typeof learnCodes;
  }
}

interface LearnCodesInput extends StageInput, CodesParameters, LinkGraphInput {}

/** Of all reports of progress: learning takes nearly all of the time. */
const STEPS = { learning: 900, all: 1000 };

/**
 * Three codes an item from the factors of D: that of its cell, which items that are alike share,
 * and two that are learned, one that asks and one that answers. Rows: codes.
 */
export async function learnCodes(
  input: LearnCodesInput,
  context: StageContext,
): Promise<StageOutput> {
  const store = context.openStore(input.store);
  const { codes, seed, force } = input;
  const { parameters, inputs } = codesArtifact(input);
  const recipe = { stage: 'two-codes', parameters, inputs, force } as const;
  return await produceArtifact(context, store, recipe, async () => {
    const report = (from: number, to: number) => (done: number, total: number) =>
      context.onProgress(Math.round(from + ((to - from) * done) / total), STEPS.all);
    const graph = await keepLinkGraph(store, input, () => context.onProgress(0, STEPS.all));
    const sides = sidesOf(graph, input.sides);
    const factors = await loadFactors(store, input, sides);
    const vectors = codeVectors(factors, sides, input.factors);
    const links = linksToLearn(graph, sides);
    if (links.from.length === 0)
      throw new Failure('DataError', 'codes are learned from links, and D has none');
    const learned = learnTwoCodes(
      {
        asking: vectors.asking(links.asking),
        answering: vectors.answering(links.answering),
        dimensions: vectors.width,
        from: links.from,
        to: links.to,
      },
      { ...codes, rate: RATE, seed },
      report(0, STEPS.learning),
    );
    const n = graph.offsets.length - 1;
    const { asking, answering } = codesOfRows(
      vectors,
      n,
      sides,
      learned,
      report(STEPS.learning, 950),
    );
    const cellOf = cellsOfRows(
      vectors,
      n,
      { cellItems: codes.cellItems, seed },
      report(950, STEPS.all),
    );
    const codeBytes = codes.bits / 8;
    const cells = cellCodes(cellOf, answering, codeBytes);
    return await codesContent([cells, answering, asking], learned, vectors.width);
  });
}

/** Of Adam. */
const RATE = 0.01;
