import { drawBatches, type TaskWorkspace } from '../kernels/training/train-task.ts';

/**
 * The pairs of one step on a device: a batch of every task of a round. s slots, m pairs, d bits.
 */
export interface RoundBatch {
  /** (s): rows of the block. */
  rows: Int32Array;
  /** (m): slots; and what the pair is (POSITIVE, HARD or an easy negative). */
  left: Int32Array;
  right: Int32Array;
  kind: Uint8Array;
  /** (s, d), each slot with its task's mask; absent without dropout. */
  masks?: Float32Array;
}

/**
 * Draws the tasks [first, end) of a round. Where a task has more pairs than fit in a batch, steps
 * follow one another.
 */
export function drawRound(workspace: TaskWorkspace, first: number, end: number): RoundBatch[] {
  const steps: RoundBatch[][] = [];
  for (let task = first; task < end; task++) {
    let at = 0;
    for (const pairs of drawBatches(workspace, task))
      (steps[at++] ??= []).push(copyBatch(workspace, pairs));
  }
  return steps.map(joined);
}

function copyBatch(
  { visit, functions, pairLeft, pairRight, kind, slotRow, mask }: TaskWorkspace,
  pairs: number,
): RoundBatch {
  const slots = functions.slotCount();
  const masks = new Float32Array(visit.visit.settings.dropout > 0 ? slots * mask.length : 0);
  for (let at = 0; at < masks.length; at += mask.length) masks.set(mask, at);
  return {
    rows: Int32Array.from(slotRow.subarray(0, slots)),
    left: Int32Array.from(pairLeft.subarray(0, pairs)),
    right: Int32Array.from(pairRight.subarray(0, pairs)),
    kind: kind.slice(0, pairs),
    ...(masks.length > 0 && { masks }),
  };
}

/** Tasks of a round share no row, so their slots only move up. */
function joined(batches: RoundBatch[]): RoundBatch {
  const [only] = batches;
  if (only && batches.length === 1) return only;
  const pairs = batches.reduce((sum, { left }) => sum + left.length, 0);
  const slots = batches.reduce((sum, { rows }) => sum + rows.length, 0);
  const bits = (only?.masks?.length ?? 0) / (only?.rows.length ?? 1);
  const all = {
    rows: new Int32Array(slots),
    left: new Int32Array(pairs),
    right: new Int32Array(pairs),
    kind: new Uint8Array(pairs),
    masks: new Float32Array(slots * bits),
  };
  let pair = 0;
  let slot = 0;
  for (const { rows, left, right, kind, masks } of batches) {
    all.rows.set(rows, slot);
    for (let at = 0; at < left.length; at++) {
      all.left[pair + at] = left[at]! + slot;
      all.right[pair + at] = right[at]! + slot;
    }
    all.kind.set(kind, pair);
    if (masks) all.masks.set(masks, slot * bits);
    pair += left.length;
    slot += rows.length;
  }
  const { masks, ...rest } = all;
  return bits > 0 ? { ...rest, masks } : rest;
}
