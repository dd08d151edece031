import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface Faiss {
  ask(command: string): Promise<Record<string, number>>;
  stop(): void;
}

/**
 * FAISS in a Python that has it (`pip install faiss-cpu`), kept running so that runs interleave.
 */
export function startFaiss(python: string): Faiss {
  const script = fileURLToPath(new URL('../../../bench/index/faiss-codes.py', import.meta.url));
  const child = spawn(python, [script], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async ask(command) {
      child.stdin.write(`${command}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error(`FAISS ended at ${command}`);
      return JSON.parse(value) as Record<string, number>;
    },
    stop: () => child.stdin.end(),
  };
}
