/**
 * Training of one block (p, q) of the vocabulary for one epoch on shared memory, by this thread and
 * the helpers that are given. Pure: the states that come in stay as they are. Deterministic: the
 * same bits on every machine, with any number of threads.
 */
import { RHO } from './adam-step.ts';
import { PURPOSE } from '../numbers/random.ts';
import { CONTROL, runTasks, stopAll, TaskError, waitFor } from './run-tasks.ts';
import { allocate } from './train-memory.ts';
import type { PartitionState } from './train-partition.ts';
import { planVisit } from './train-plan.ts';
import {
  negativeWeights,
  numberRows,
  positivePairs,
  restrict,
  type BlockSide,
  type SparseRows,
} from './train-rows.ts';
import type { Visit } from './train-settings.ts';
import { openWorkspace, type SharedVisit, type TaskWorkspace } from './train-task.ts';

export interface TrainedBlock {
  /** As many as there are sides, in their order. */
  states: PartitionState[];
  /** Mean over the pairs; 0 if there are none. */
  loss: number;
  /** Positive and negative pairs. */
  pairs: number;
}

/** Threads beside this one that take tasks too. */
export interface Helpers {
  count: number;
  /**
   * Starts helper k on `visit.threads[k + 1]`; resolves with what went wrong in each, when the
   * visit is over for all of them.
   */
  help(visit: SharedVisit): Promise<TaskError[]>;
}

const NOBODY: Helpers = { count: 0, help: () => Promise.resolve([]) };

/**
 * One visit to block (p, q): `sides` are p and q with p's rows before q's, or p alone on the
 * diagonal. `onTask(done, total)` is called after every task of this thread and may throw to stop.
 * Throws NonFiniteError at a loss or an embedding that is not finite, naming pair and step.
 */
export async function trainBlock(
  sides: readonly BlockSide[],
  visit: Visit,
  onTask?: (done: number, total: number) => void,
  helpers: Helpers = NOBODY,
): Promise<TrainedBlock> {
  const { shared, positives } = prepareVisit(sides, visit, helpers.count + 1);
  const workspace = openWorkspace(shared, 0, visit.loss);
  const helping = helpers.help(shared);
  const words = new Int32Array(shared.control);
  const errors: TaskError[] = [];
  try {
    runSweeps(workspace, positives, onTask);
  } catch (error) {
    stopAll(words);
    errors.push(error instanceof TaskError ? error : new TaskError(-1, error));
  }
  errors.push(...(await helping));
  const [first] = errors.sort((a, b) => a.task - b.task);
  if (first) throw first.cause;
  return { states: readStates(sides, workspace), ...sumResults(workspace) };
}

interface PreparedVisit {
  shared: SharedVisit;
  positives: number;
}

/**
 * Lays a visit out in shared memory; without `dense` for drawing alone, when embeddings and moments
 * lie elsewhere.
 */
export function prepareVisit(
  sides: readonly BlockSide[],
  visit: Visit,
  threads: number,
  dense = true,
): PreparedVisit {
  const {
    tables,
    bits,
    batchPositives,
    hardPerPositive,
    easyPerPositive,
    bucketPerPositive,
    rowBlocks,
  } = visit.settings;
  const width = tables * bits;
  const rows = numberRows(sides, width);
  const affinity = restrict(
    rows,
    sides.map((side) => side.affinity),
  );
  const negatives = restrict(
    rows,
    sides.map((side) => side.negatives),
  );
  const bucketed = restrict(
    rows,
    sides.map((side) => side.bucketed ?? noRows(side)),
  );
  const positives = positivePairs(rows, affinity);
  const count = positives.left.length;
  const plan = planVisit(
    count,
    sides.map(({ state }) => state.embeddings.length / width),
    batchPositives,
    visit.allRows,
    rowBlocks,
  );
  const links = affinity.columns.length;
  const sizes = {
    rows: rows.rows,
    tables,
    bits,
    positives: count,
    links,
    mined: negatives.columns.length,
    bucketed: bucketed.columns.length,
  };
  const {
    memory,
    shared: at,
    threads: own,
  } = allocate(
    { ...sizes, hardPerPositive, easyPerPositive, bucketPerPositive, threads, dense },
    plan,
  );

  const floats = new Float32Array(memory.buffer);
  const words = new Uint32Array(memory.buffer);
  let value = 0;
  for (const {
    state: { embeddings, moment1, moment2 },
  } of dense ? sides : []) {
    floats.set(embeddings, at.embeddings / 4 + value);
    floats.set(moment1, at.moment1 / 4 + value);
    floats.set(moment2, at.moment2 / 4 + value);
    value += embeddings.length;
  }
  words.set(affinity.offsets, at.dOffsets / 4);
  words.set(affinity.columns, at.dColumns / 4);
  words.set(negatives.offsets, at.hOffsets / 4);
  words.set(negatives.columns, at.hColumns / 4);
  words.set(bucketed.offsets, at.bOffsets / 4);
  words.set(bucketed.columns, at.bColumns / 4);
  words.set(positives.left, at.left / 4);
  words.set(positives.right, at.right / 4);
  floats.set(
    negativeWeights(
      sides.map((side) => side.affinity),
      visit.settings.degreeBalance,
    ),
    at.negativeWeight / 4,
  );
  words.set(plan.groupStart, at.groupStart / 4);
  for (let r = 0; r < rows.rows; r++) words[at.groupRows / 4 + r] = r;
  words.fill(0xffffffff, at.slotOf / 4, at.slotOf / 4 + rows.rows);
  for (const [task, { a, b }] of plan.tasks.entries()) {
    words[at.taskOf / 4 + a * plan.groups + b] = task;
    words[at.taskOf / 4 + b * plan.groups + a] = task;
  }
  const control = new SharedArrayBuffer(4 * (CONTROL.groups + plan.groups));
  const results = new SharedArrayBuffer(16 * plan.tasks.length * plan.sweeps);
  const steps = sides.map(({ state }) => state.steps);
  const { settings, allRows, from, to, seed, epoch, block } = visit;
  return {
    shared: {
      memory,
      shared: at,
      threads: own,
      plan,
      visit: { settings, allRows, from, to, seed, epoch, block },
      rows,
      steps,
      dense,
      control,
      results,
    },
    positives: count,
  };
}

const noRows = ({ affinity }: BlockSide): SparseRows => ({
  offsets: new Uint32Array(affinity.offsets.length),
  columns: new Uint32Array(0),
});

/** Sweep after sweep: groups and positives anew, then its tasks. */
function runSweeps(
  workspace: TaskWorkspace,
  positives: number,
  onTask?: (done: number, total: number) => void,
): void {
  const { visit, functions } = workspace;
  const { plan, rows } = visit;
  const { settings } = visit.visit;
  const words = new Int32Array(visit.control);
  const all = plan.tasks.length * plan.sweeps;
  if (positives === 0) return stopAll(words);
  for (let sweep = 0; sweep < plan.sweeps; sweep++) {
    beginSweep(workspace, positives, sweep);
    const ready = plan.tasks.length * (sweep + 1);
    Atomics.store(words, CONTROL.ready, ready);
    Atomics.notify(words, CONTROL.ready);
    runTasks(workspace, ready, () => onTask?.(Atomics.load(words, CONTROL.done) + 1, all));
    if (!waitFor(words, CONTROL.done, ready)) return;
  }
  const { split, rows: n } = rows;
  if (settings.optimizer === 'rmsprop')
    functions.settle(RHO, Math.max(split, n), plan.sweeps * plan.rounds);
}

/**
 * Groups of rows anew, and the sweep's positives by task; the first sweep shuffles the positives of
 * the visit.
 */
export function beginSweep(
  { visit, functions }: TaskWorkspace,
  positives: number,
  sweep: number,
): void {
  const { plan, rows } = visit;
  const { seed, epoch, block } = visit.visit;
  if (sweep === 0) {
    functions.openStream(seed, PURPOSE.shuffle, epoch, block, 0);
    functions.shufflePositives(positives);
  }
  const whole = plan.groupStart.length === 2;
  functions.openStream(seed, PURPOSE.rowBlocks, epoch, block, sweep);
  if (!whole) functions.shuffleRows(0, rows.split);
  if (rows.rows > rows.split) functions.shuffleRows(rows.split, rows.rows);
  functions.nameGroups(plan.groups);
  const start = Math.floor((positives * sweep) / plan.sweeps);
  functions.sortPositives(
    start,
    Math.floor((positives * (sweep + 1)) / plan.sweeps),
    plan.groups,
    plan.tasks.length,
  );
}

function readStates(sides: readonly BlockSide[], { visit }: TaskWorkspace): PartitionState[] {
  const { memory, shared, plan } = visit;
  const clock = visit.results.byteLength === 0 ? 0 : plan.sweeps * plan.rounds;
  let value = 0;
  return sides.map(
    ({
      state: {
        firstRow,
        steps,
        embeddings: { length },
      },
    }) => {
      const copy = (from: number) =>
        new Float32Array(memory.buffer, from + 4 * value, length).slice();
      const state = {
        firstRow,
        embeddings: copy(shared.embeddings),
        moment1: copy(shared.moment1),
        moment2: copy(shared.moment2),
        steps: steps + clock,
      };
      value += length;
      return state;
    },
  );
}

/** In the order of tasks, whoever ran them. */
function sumResults({ results }: TaskWorkspace): { loss: number; pairs: number } {
  let loss = 0;
  let pairs = 0;
  for (let at = 0; at < results.length; at += 2) {
    loss += results[at];
    pairs += results[at + 1];
  }
  return { loss: pairs === 0 ? 0 : loss / pairs, pairs };
}
