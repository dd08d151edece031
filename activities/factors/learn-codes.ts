import { sidesOf } from '../../kernels/factors/sides-of.ts';
import type { FactorSides } from '../../kernels/factors/factorize.ts';
import { cellCodes, cellsOfRows } from '../../kernels/two-codes/cell-codes.ts';
import { type CodeVectors, codeVectors } from '../../kernels/two-codes/code-vectors.ts';
import { codesOf } from '../../kernels/two-codes/codes-of.ts';
import { learnTwoCodes, type TwoCodes } from '../../kernels/two-codes/learn-two-codes.ts';
import { linksToLearn } from '../../kernels/two-codes/links-to-learn.ts';
import type { CodesConfiguration } from '../../schemas/configuration/codes.ts';
import { Failure } from '../../schemas/failures.ts';
import { codes as codesSchema } from '../../schemas/tables.ts';
import { encodeDense } from '../../store/tables/arrow-ipc.ts';
import { encodeParquet } from '../../store/tables/parquet.ts';
import { keepLinkGraph } from '../affinity/keep-link-graph.ts';
import type { LinkGraphInput } from '../affinity/load-link-graph.ts';
import { type ArtifactContent, produceArtifact } from '../stage/produce-artifact.ts';
import type { StageContext, StageInput, StageOutput } from '../stage/stage.ts';
import { loadFactors } from './load-factors.ts';
import { factorsArtifact, type FactorParameters } from './name-factors.ts';

declare module '../stages.ts' {
  interface Stages {
    learnCodes: typeof learnCodes;
  }
}

interface LearnCodesInput extends StageInput, FactorParameters, LinkGraphInput {
  codes: CodesConfiguration;
}

/** By table, as `roles` of a version names them. */
const TABLES = 3;
const BLOCK_ROWS = 4096;
/** Reports of progress: learning, then cells, then codes. */
const STEPS = 100;

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
  const recipe = {
    stage: 'two-codes',
    parameters: { ...codes, seed },
    inputs: [factorsArtifact(input).artifact],
    force,
  } as const;
  return await produceArtifact(context, store, recipe, async () => {
    const report = (part: number) => (done: number, total: number) =>
      context.onProgress(Math.round((part + done / total) * STEPS), 3 * STEPS);
    const graph = await keepLinkGraph(store, input, () => context.onProgress(0, 3 * STEPS));
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
      report(0),
    );
    const n = graph.offsets.length - 1;
    const { asking, answering } = codesOfRows(vectors, n, sides, learned, report(1));
    const cellOf = cellsOfRows(vectors, n, { cellItems: codes.cellItems, seed }, report(2));
    const codeBytes = codes.bits / 8;
    const cells = cellCodes(cellOf, answering, codeBytes);
    return await contentOf([cells, answering, asking], learned, vectors.width, codes.bits);
  });
}

/** Of Adam. */
const RATE = 0.01;

/**
 * Codes (n, w) of all rows; of pairs with two sides a row has one code, which is that of its side.
 */
function codesOfRows(
  vectors: CodeVectors,
  n: number,
  { asking, answering }: FactorSides,
  learned: TwoCodes,
  onProgress: (done: number, total: number) => void,
): { asking: Uint8Array; answering: Uint8Array } {
  const { width } = vectors;
  const codeBytes = learned.asking.offsets.length / 8;
  const asks = new Uint8Array(n * codeBytes);
  const answers = new Uint8Array(n * codeBytes);
  const hasTwoSides = asking.from !== answering.from;
  for (let from = 0; from < n; from += BLOCK_ROWS) {
    onProgress(from, n);
    const to = Math.min(from + BLOCK_ROWS, n);
    const rows = Uint32Array.from({ length: to - from }, (_, k) => from + k);
    asks.set(codesOf(vectors.asking(rows), width, learned.asking), from * codeBytes);
    answers.set(codesOf(vectors.answering(rows), width, learned.answering), from * codeBytes);
  }
  if (hasTwoSides) {
    const split = answering.from * codeBytes;
    answers.set(asks.subarray(0, split), 0);
    asks.set(answers.subarray(split), split);
  }
  return { asking: asks, answering: answers };
}

async function contentOf(
  byTable: readonly Uint8Array[],
  { asking, answering, loss }: TwoCodes,
  width: number,
  bits: number,
): Promise<ArtifactContent> {
  const codeBytes = bits / 8;
  const n = byTable[0]!.length / codeBytes;
  const code = new Uint8Array(n * TABLES * codeBytes);
  for (let row = 0; row < n; row++)
    for (const [table, codes] of byTable.entries())
      code.set(
        codes.subarray(row * codeBytes, (row + 1) * codeBytes),
        (row * TABLES + table) * codeBytes,
      );
  const item = Int32Array.from({ length: n * TABLES }, (_, at) => Math.floor(at / TABLES));
  const table = Int32Array.from({ length: n * TABLES }, (_, at) => at % TABLES);
  const dense = [
    { name: 'asking', width: bits, values: asking.weights },
    { name: 'answering', width: bits, values: answering.weights },
  ];
  const offsets = [
    { name: 'asking', width: bits, values: asking.offsets },
    { name: 'answering', width: bits, values: answering.offsets },
  ];
  return {
    parts: [
      {
        name: 'codes.parquet',
        bytes: await encodeParquet(
          codesSchema(bits),
          { item, table, code },
          { profile: 'internal' },
        ),
        rows: item.length,
      },
      { name: 'projections.arrow', bytes: await encodeDense(dense, {}), rows: width },
      { name: 'offsets.arrow', bytes: await encodeDense(offsets, {}), rows: 1 },
    ],
    rows: item.length,
    facts: { items: n, tables: TABLES, bits, roles: true, loss },
  };
}
