/*
 * What the thread pool loads. It requires its file before it imports it, and Node aborts the whole
 * process where a thread is ended while `require` instantiates ES modules, as when a run is refused
 * in its first second. This file is CommonJS, so that ES modules are imported alone.
 */
import type { ThreadTask } from './stage-thread.ts' with { 'resolution-mode': 'import' };

module.exports = async (task: ThreadTask): Promise<unknown> => {
  const { default: runStage } = await import('./stage-thread.ts');
  return await runStage(task);
};
