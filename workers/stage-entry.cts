/*
 * What the thread pool loads. It requires its file before it imports it, and Node aborts the whole
 * process where a thread is ended while `require` instantiates ES modules, as when a run is refused
 * in its first second. This file is CommonJS, so that ES modules are imported alone.
 */
import type { ThreadTask } from './stage-thread.ts' with { 'resolution-mode': 'import' };

// Loading begins with the thread and not with its first task: a local run starts its threads while
// the server comes up. Where it fails, the task says so.
const loading = import('./stage-thread.ts');
loading.catch(() => undefined);

module.exports = async (task: ThreadTask): Promise<unknown> => {
  const { default: runStage } = await loading;
  return await runStage(task);
};
