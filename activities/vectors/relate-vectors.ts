import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NEAR } from '../../format/neighbour-lists.ts';
import { collectLists } from '../../kernels/pages/collect-lists.ts';
import { nearCells } from '../../kernels/vectors/near-cells.ts';
import { nearLister } from '../../kernels/vectors/near-lists.ts';
import { openArtifact } from '../../store/artifacts.ts';
import type { Store } from '../../store/store.ts';
import { listWriter } from '../index/list-writer.ts';
import type { BatchOutput } from '../stage/batch-output.ts';
import { type ArtifactContent, produceArtifact } from '../stage/produce-artifact.ts';
import type { StageContext, StageInput } from '../stage/stage.ts';
import { type NearParameters, relateVectorsArtifact } from './name-near.ts';
import { LOOKED_AT, openCells } from './open-cells.ts';
import type { StoredCells } from './stored-cells.ts';

declare module '../stages.ts' {
  interface Stages {
    relateVectors: typeof relateVectors;
  }
}

export interface RelateVectorsInput extends StageInput, NearParameters {
  from: number;
  to: number;
}

/** Of the lists of a pass over all cells. */
const BYTES_OF_A_PASS = 128 * 2 ** 20;
/** Lists that are written at once. */
const STEP_ITEMS = 4096;

/**
 * The nearest items of each of items [from, to) by the cosine of compact vectors, among those of
 * near cells. Rows: entries of lists.
 */
export async function relateVectors(
  input: RelateVectorsInput,
  context: StageContext,
): Promise<BatchOutput> {
  const store = context.openStore(input.store);
  const { parameters, inputs } = relateVectorsArtifact(input, input);
  const scratch = await mkdtemp(join(tmpdir(), 'hashloom-relate-vectors-'));
  try {
    return await produceArtifact(
      context,
      store,
      { stage: 'relate-vectors', parameters, inputs, force: input.force },
      async () => await listsOf(await loadCells(store, input), input, context, scratch),
    );
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function listsOf(
  cells: StoredCells,
  { from, to, top }: RelateVectorsInput,
  context: StageContext,
  scratch: string,
): Promise<ArtifactContent> {
  const writer = listWriter(join(scratch, 'neighbours'));
  const most = Math.max(STEP_ITEMS, Math.floor(BYTES_OF_A_PASS / (8 * top)));
  for (let first = from; first < to; first += most) {
    const end = Math.min(first + most, to);
    const report = (share: number) =>
      context.onProgress(first - from + Math.floor(share * (end - first)), to - from);
    const lists = await listPass(cells, { from: first, to: end, top }, report);
    for (let step = first; step < end; step += STEP_ITEMS)
      writer.add(
        collected(lists, { from: step, to: Math.min(step + STEP_ITEMS, end), top }, first),
      );
  }
  return await writer.finish();
}

interface Range {
  from: number;
  to: number;
  top: number;
}

/** Lists of items by their place in a range, (items, top). */
interface PassLists {
  sizes: Uint16Array;
  numbers: Int32Array;
  scores: Float32Array;
}

/** One walk over all cells, in which the items of the range lie scattered. */
async function listPass(
  cells: StoredCells,
  { from, to, top }: Range,
  report: (share: number) => void,
): Promise<PassLists> {
  const count = to - from;
  const lists: PassLists = {
    sizes: new Uint16Array(count),
    numbers: new Int32Array(count * top),
    scores: new Float32Array(count * top),
  };
  const near = nearCells(cells.places, LOOKED_AT);
  const list = nearLister(top, cells.stride);
  const isWanted = (number: number) => number >= from && number < to;
  const all = cells.places.items.length;
  for (let cell = 0; cell < all; cell++) {
    report(cell / all);
    const [own] = await cells.itemsOf([cell]);
    if (!own!.numbers.some(isWanted)) continue;
    list(own!, await cells.itemsOf(near(cell)), isWanted, (number, { size, numbers, scores }) => {
      const at = number - from;
      lists.sizes[at] = size;
      lists.numbers.set(numbers.subarray(0, size), at * top);
      lists.scores.set(scores.subarray(0, size), at * top);
    });
  }
  return lists;
}

function collected({ sizes, numbers, scores }: PassLists, { from, to, top }: Range, first: number) {
  const lists = collectLists(to - from, top);
  for (let item = from; item < to; item++) {
    const at = item - first;
    lists.add(item, NEAR, {
      numbers: numbers.subarray(at * top, (at + 1) * top),
      scores: scores.subarray(at * top, (at + 1) * top),
      size: sizes[at]!,
    });
  }
  return lists.finish();
}

let kept: { key: string; cells: StoredCells } | undefined;

/** The same cells for every range, so a thread keeps the last ones. */
async function loadCells(store: Store, { cells: reference }: RelateVectorsInput) {
  const key = `${store.uri}/${reference.key}`;
  if (kept?.key === key) return kept.cells;
  kept = undefined;
  const cells = await openCells(await openArtifact(store, reference));
  kept = { key, cells };
  return cells;
}
