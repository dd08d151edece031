import { sidesOf } from '../../kernels/factors/sides-of.ts';
import { codeVectors } from '../../kernels/two-codes/code-vectors.ts';
import { nearestCodes } from '../../kernels/two-codes/nearest-codes.ts';
import { openArtifact } from '../../store/artifacts.ts';
import { keepLinkGraph } from '../affinity/keep-link-graph.ts';
import type { LinkGraphInput } from '../affinity/load-link-graph.ts';
import { produceArtifact } from '../stage/produce-artifact.ts';
import type { StageContext, StageInput, StageOutput } from '../stage/stage.ts';
import { loadCodes } from '../training/load-codes.ts';
import { codesContent, codesOfRows } from './codes-content.ts';
import { distinctCells, readProjections } from './learned-codes.ts';
import { loadFactors } from './load-factors.ts';
import { measureDrift } from './measure-drift.ts';
import { codesArtifact, type CodesParameters, type KeptCodes } from './name-codes.ts';

declare module '../stages.ts' {
  interface Stages {
    keepCodes: typeof keepCodes;
  }
}

interface KeepCodesInput extends StageInput, CodesParameters, LinkGraphInput {
  kept: KeptCodes;
}

/**
 * The codes of a published version for the items that it knows; those that are new, or most of
 * whose links have changed, get theirs by what was learned for that version. Rows: codes.
 */
export async function keepCodes(
  input: KeepCodesInput,
  context: StageContext,
): Promise<StageOutput> {
  const store = context.openStore(input.store);
  const { kept, force } = input;
  const { parameters, inputs } = codesArtifact(input);
  const recipe = { stage: 'two-codes', parameters, inputs, force } as const;
  return await produceArtifact(context, store, recipe, async () => {
    const published = await openArtifact(store, kept.codes);
    const learned = await readProjections(published);
    const before = await loadCodes(store, kept.codes);
    context.onProgress(1, 4);
    const { drift, changed, places } = await measureDrift(store, kept, {
      pairs: input.affinity,
      vocabulary: kept.own,
    });
    context.onProgress(2, 4);
    const graph = await keepLinkGraph(store, input, () => context.onProgress(2, 4));
    const sides = sidesOf(graph, input.sides);
    const vectors = codeVectors(await loadFactors(store, input, sides), sides, input.factors);
    const rows = graph.offsets.length - 1;
    const own = codesOfRows(vectors, rows, sides, learned, () => context.onProgress(3, 4));
    const codeBytes = before.bits / 8;
    const byTable = [new Uint8Array(rows * codeBytes), own.answering, own.asking];
    const anew = Uint32Array.from([...changed.keys()].filter((row) => changed[row] === 1));
    takeCells(byTable, anew, distinctCells(before), codeBytes);
    for (const [row, place] of places.entries()) {
      if (changed[row] === 1) continue;
      for (const [table, codes] of byTable.entries()) {
        const at = (place * before.tables + table) * codeBytes;
        codes.set(before.codes.subarray(at, at + codeBytes), row * codeBytes);
      }
    }
    return await codesContent(byTable, learned, vectors.width, {
      drift: Number(published.manifest.facts['drift'] ?? 0) + drift,
      kept: rows - anew.length,
    });
  });
}

/** Gives rows the cell whose code is nearest to their answering code. */
function takeCells(
  [cells, answering]: readonly Uint8Array[],
  rows: Uint32Array,
  among: Uint8Array,
  codeBytes: number,
): void {
  const codes = new Uint8Array(rows.length * codeBytes);
  for (const [at, row] of rows.entries())
    codes.set(answering!.subarray(row * codeBytes, (row + 1) * codeBytes), at * codeBytes);
  const nearest = nearestCodes(codes, among, codeBytes);
  for (const [at, row] of rows.entries())
    cells!.set(nearest.subarray(at * codeBytes, (at + 1) * codeBytes), row * codeBytes);
}
