import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface Rival {
  ask(command: string): Promise<Record<string, number>>;
  stop(): void;
}

/**
 * A script of this folder in a Python that has what it imports (`pip install faiss-cpu usearch`),
 * kept running so that runs interleave. It has one thread.
 */
export function startRival(python: string, script: string): Rival {
  const file = fileURLToPath(new URL(`../../../bench/index/${script}`, import.meta.url));
  const child = spawn(python, [file], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, OMP_NUM_THREADS: '1' },
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async ask(command) {
      child.stdin.write(`${command}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error(`${script} ended at ${command}`);
      return JSON.parse(value) as Record<string, number>;
    },
    stop: () => child.stdin.end(),
  };
}
