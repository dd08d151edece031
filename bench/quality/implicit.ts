import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Way } from '../../evaluation/answers/way.ts';
import type { LinkGraph } from '../../kernels/affinity/link-graph.ts';
import type { Factors } from '../../kernels/factors/factorize.ts';

export interface Implicit {
  ask(command: string): Promise<Record<string, number>>;
  stop(): void;
}

/** A Python that has the library (`pip install implicit`), kept running so that runs interleave. */
export function startImplicit(python: string): Implicit {
  const script = fileURLToPath(new URL('../../../bench/quality/als-implicit.py', import.meta.url));
  const environment = { ...process.env, OPENBLAS_NUM_THREADS: '1' };
  const child = spawn(python, [script], { stdio: ['pipe', 'pipe', 'ignore'], env: environment });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async ask(command) {
      child.stdin.write(`${command}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error(`implicit ended at ${command}; is it installed for ${python}?`);
      return JSON.parse(value) as Record<string, number>;
    },
    stop: () => child.stdin.end(),
  };
}

/** Of the asking rows their links, columns from `first` on. */
export function writeLinks(
  { offsets, columns, roots }: LinkGraph,
  rows: number,
  first: number,
  folder: string,
): void {
  const end = offsets[rows]!;
  writeFileSync(join(folder, 'offsets.u32'), offsets.subarray(0, rows + 1));
  writeFileSync(
    join(folder, 'columns.u32'),
    columns.slice(0, end).map((column) => column - first),
  );
  writeFileSync(
    join(folder, 'strengths.f32'),
    roots.slice(0, end).map((root) => root * root),
  );
}

/** The factors that it has left. */
export const readFactors = (folder: string): Factors => ({
  asking: floats(join(folder, 'x.f32')),
  answering: floats(join(folder, 'y.f32')),
});

function floats(file: string): Float32Array {
  const { buffer, byteOffset, byteLength } = readFileSync(file);
  return new Float32Array(buffer.slice(byteOffset, byteOffset + byteLength));
}

/** What a recommender by factors gives: all items by x . y. */
export function byProduct(
  { asking, answering }: Factors,
  size: number,
  split: number | undefined,
  d: number,
): Way {
  const scores = new Float32Array(size);
  return (query) => {
    const isRight = split !== undefined && query >= split;
    const [own, others] = isRight ? [answering, asking] : [asking, answering];
    const at = (isRight ? query - split : query) * d;
    const first = split !== undefined && !isRight ? split : 0;
    scores.fill(-Infinity);
    for (let item = 0; item < others.length / d; item++) {
      let sum = 0;
      for (let k = 0; k < d; k++) sum += own[at + k]! * others[item * d + k]!;
      scores[first + item] = sum;
    }
    return { scores };
  };
}
