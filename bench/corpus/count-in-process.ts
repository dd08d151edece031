import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { CountCorpusInput, CountedCorpus } from './count-corpus.ts';

const SCRIPT = fileURLToPath(new URL('./count-corpus.js', import.meta.url));

/** countCorpus in a process of its own, so that nothing is warm but what the machine has read. */
export async function countInProcess(input: CountCorpusInput): Promise<CountedCorpus> {
  const child = spawn(process.execPath, [SCRIPT, JSON.stringify(input)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  if (code !== 0) throw new Error(`count-corpus ended with ${code}`);
  return JSON.parse(output.trimEnd().split('\n').at(-1) ?? '') as CountedCorpus;
}
