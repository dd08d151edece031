/**
 * Pairs a second of training: engine wasm on one thread and on two, and the same step jitted in JAX
 * on CPU (`--python` names a Python that has it), in turn in one run. 100K words, L 3, d 32; global
 * batches of 32,768 pairs. JAX is handed batches; wasm draws its own, and its time holds the
 * copying of states in and out.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { createLoss } from '../../hashers/losses/losses.ts';
import { startHelpers } from '../../hashers/tensors/train-helpers.ts';
import { PURPOSE, RandomStream } from '../../kernels/numbers/random.ts';
import { type Helpers, trainBlock } from '../../kernels/training/train-block.ts';
import type { BlockSide } from '../../kernels/training/train-rows.ts';
import { pairwiseTraining } from '../../schemas/configuration/training.ts';
import { medianOf } from '../../kernels/numbers/median.ts';
import { recordFigure } from '../record-figure.ts';
import { syntheticSide } from './training-pairs.ts';

const DEGREE = 6;
const MINED = 64;
const PAIRS = 32_768;
const BATCHES = 4;

export async function bench(options: Map<string, string>): Promise<void> {
  const words = Number(options.get('words') ?? 100_000);
  const rounds = Number(options.get('rounds') ?? 3);
  const python = options.get('python');
  const training = pairwiseTraining.parse({ epochs: 20 });
  const side = syntheticSide(words, DEGREE, MINED, training.tables, training.bits, 1);
  const helpers = await startHelpers(1, training);
  const folder = await mkdtemp(join(tmpdir(), 'hashloom-bench-'));
  const file = join(folder, 'batches.bin');
  await writeFile(file, drawBatches(side, words));
  const jax = python ? startJax(python, [words, training.tables, training.bits, PAIRS]) : undefined;
  const rates: { one: number; two: number; jax: number }[] = [];
  try {
    for (let round = 0; round < rounds; round++) {
      const one = await pairsPerSecond();
      const two = await pairsPerSecond(helpers);
      const rival = jax ? PAIRS / (await jax.run(6, file)) : NaN;
      rates.push({ one, two, jax: rival });
      process.stdout.write(
        `round ${round + 1}: one thread ${millions(one)}, two ${millions(two)}, JAX ` +
          `${millions(rival)} M pairs/s\n`,
      );
    }
  } finally {
    jax?.stop();
    await helpers.close();
    await rm(folder, { recursive: true });
  }
  const command = 'npm run bench -- train --python PYTHON';
  recordFigure({
    name: 'train-pairs-per-s',
    value: medianOf(rates.map(({ one }) => one)),
    unit: `pairs/s, one thread, ${words} words, L 3, d 32`,
    goal: '>= 1000000',
    command,
  });
  recordFigure({
    name: 'train-two-threads',
    value: medianOf(rates.map(({ one, two }) => two / one)),
    unit: 'x of one thread',
    goal: '>= 1.8',
    command,
  });
  if (jax) {
    const rival = `JAX on CPU ${millions(medianOf(rates.map((rate) => rate.jax)))} M pairs/s`;
    recordFigure({
      name: 'train-vs-jax',
      value: medianOf(rates.map((rate) => rate.two / rate.jax)),
      unit: 'x pairs/s of JAX, two threads',
      goal: '>= 10',
      rival,
      command,
    });
  }

  async function pairsPerSecond(with_?: Helpers): Promise<number> {
    const visit = {
      settings: training,
      loss: createLoss(training),
      allRows: words,
      from: 0.25,
      to: 0.3,
      seed: 1,
      epoch: 5,
      block: 0,
    };
    const started = performance.now();
    const before = process.cpuUsage();
    const { pairs, states } = await trainBlock([side], visit, undefined, with_);
    const seconds = (performance.now() - started) / 1000;
    const { user, system } = process.cpuUsage(before);
    process.stdout.write(
      `  wasm ${with_ ? 2 : 1}: ${millions(pairs / ((user + system) / 1e6))} M pairs a CPU ` +
        `second\n`,
    );
    if (!Number.isFinite(states[0]?.embeddings[0])) throw new Error('training diverged');
    return pairs / seconds;
  }
}

/**
 * Batches as training draws them: a positive, a hard and two easy negatives for the same left row.
 */
function drawBatches({ affinity, negatives }: BlockSide, words: number): Uint8Array {
  const random = new RandomStream(2, PURPOSE.evaluate);
  const values = new Int32Array(BATCHES * 3 * PAIRS);
  for (let batch = 0; batch < BATCHES; batch++) {
    const at = batch * 3 * PAIRS;
    for (let pair = 0; pair < PAIRS; pair += 4) {
      const row = random.below(words);
      const pick = ({ offsets, columns }: typeof affinity) => {
        const first = offsets[row] ?? 0;
        const count = (offsets[row + 1] ?? 0) - first;
        return count > 0 ? (columns[first + random.below(count)] ?? 0) : (row + 1) % words;
      };
      values.fill(row, at + pair, at + pair + 4);
      values.set(
        [pick(affinity), pick(negatives), random.below(words), random.below(words)],
        at + PAIRS + pair,
      );
      values.set([0, 1, 2, 2], at + 2 * PAIRS + pair);
    }
  }
  return new Uint8Array(values.buffer);
}

function startJax(
  python: string,
  sizes: number[],
): { run(batches: number, file: string): Promise<number>; stop(): void } {
  const script = fileURLToPath(new URL('../../../bench/training/train-jax.py', import.meta.url));
  const child = spawn(python, [script, ...sizes.map(String)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async run(batches, file) {
      child.stdin.write(`${batches} ${file}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error('the Python of --python ended; has it JAX?');
      const { seconds, cpu, finite } = JSON.parse(value) as {
        seconds: number;
        cpu: number;
        finite: boolean;
      };
      process.stdout.write(`  JAX: ${millions(PAIRS / cpu)} M pairs a CPU second\n`);
      if (!finite) throw new Error('the JAX step diverged');
      return seconds;
    },
    stop: () => child.stdin.end(),
  };
}

const millions = (rate: number): string => (rate / 1e6).toFixed(3);
