import { runTask, type TaskWorkspace } from './train-task.ts';

/** Words of a visit's control array; the rounds behind each group follow from GROUPS on. */
export const CONTROL = { next: 0, ready: 1, done: 2, stop: 3, groups: 4 } as const;

/** The task that failed, and why. */
export class TaskError extends Error {
  readonly task: number;

  constructor(task: number, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.task = task;
  }
}

/**
 * Takes tasks in their order and runs each as soon as the rounds before it are behind both of its
 * groups: what a row meets, and when, is the same with any number of threads. Ends when no task
 * below `ready` is left or another thread has stopped; throws TaskError and stops the others.
 */
export function runTasks(
  workspace: TaskWorkspace,
  ready: number,
  onTask?: (task: number) => void,
): void {
  const { plan, control } = workspace.visit;
  const words = new Int32Array(control);
  for (;;) {
    const task = takeNext(words, ready);
    if (task < 0) return;
    const { a, b, round } = plan.tasks[task % plan.tasks.length];
    const behind = Math.floor(task / plan.tasks.length) * plan.rounds + round;
    if (!waitFor(words, CONTROL.groups + a, behind) || !waitFor(words, CONTROL.groups + b, behind))
      return;
    try {
      runTask(workspace, task);
      onTask?.(task);
    } catch (error) {
      stopAll(words);
      throw new TaskError(task, error);
    }
    advance(words, CONTROL.groups + a);
    if (a !== b) advance(words, CONTROL.groups + b);
    Atomics.add(words, CONTROL.done, 1);
    Atomics.notify(words, CONTROL.done);
  }
}

/** Runs the tasks of every sweep as it becomes ready, until the visit is over. */
export function helpVisit(workspace: TaskWorkspace): void {
  const words = new Int32Array(workspace.visit.control);
  const { plan } = workspace.visit;
  const all = plan.tasks.length * plan.sweeps;
  for (let ready = 0; ready < all;) {
    if (!waitFor(words, CONTROL.ready, ready + 1)) return;
    ready = Atomics.load(words, CONTROL.ready);
    runTasks(workspace, ready);
    if (Atomics.load(words, CONTROL.stop) === 1) return;
  }
}

export function stopAll(words: Int32Array): void {
  Atomics.store(words, CONTROL.stop, 1);
  for (let at = 0; at < words.length; at++) Atomics.notify(words, at);
}

/** Waits until a word has grown to `value`; false where the visit stops before. */
export function waitFor(words: Int32Array, at: number, value: number): boolean {
  for (;;) {
    if (Atomics.load(words, CONTROL.stop) === 1) return false;
    const seen = Atomics.load(words, at);
    if (seen >= value) return true;
    // A stop between the two reads is found out by the time limit.
    Atomics.wait(words, at, seen, 100);
  }
}

function takeNext(words: Int32Array, ready: number): number {
  for (;;) {
    const task = Atomics.load(words, CONTROL.next);
    if (task >= ready || Atomics.load(words, CONTROL.stop) === 1) return -1;
    if (Atomics.compareExchange(words, CONTROL.next, task, task + 1) === task) return task;
  }
}

function advance(words: Int32Array, at: number): void {
  Atomics.add(words, at, 1);
  Atomics.notify(words, at);
}
