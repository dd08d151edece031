/**
 * Pairs a second of the two engines on this machine, in turn in one run: wasm on one thread and on
 * all (`--threads`), tensorflow on what it finds (CPU or a GPU, which is named), with small and
 * large vocabularies. L 3, d 32, LSE; each visit holds the copying of states in and out, which is
 * all that grows with the vocabulary. `--row-blocks 1` makes one step of a whole batch.
 */
import { availableParallelism } from 'node:os';
import { type Engine, openEngine } from '../../hashers/tensors/engine.ts';
import { openTensorflow, prepareTensorflow } from '../../infra/tensorflow/tensorflow.ts';
import { runProgram } from '../../infra/programs.ts';
import type { BlockSide } from '../../kernels/training/train-rows.ts';
import { pairwiseTraining } from '../../schemas/configuration/training.ts';
import { medianOf } from '../../kernels/numbers/median.ts';
import { recordFigure } from '../record-figure.ts';
import { syntheticSide } from './training-pairs.ts';

const MINED = 32;
const LINKS = 600_000;

export async function bench(options: Map<string, string>): Promise<void> {
  const rounds = Number(options.get('rounds') ?? 3);
  const threads = Number(options.get('threads') ?? availableParallelism());
  const rowBlocks = Number(options.get('row-blocks') ?? 16);
  const batchPositives = Number(options.get('batch') ?? 8192);
  prepareTensorflow();
  const { device } = await openTensorflow();
  const where = device === 'cuda' ? await gpuName() : 'CPU';
  const command =
    'npm run bench -- ' +
    `train-engines${rowBlocks === 16 ? '' : ` --row-blocks ${rowBlocks}`}` +
    (batchPositives === 8192 ? '' : ` --batch ${batchPositives}`);
  const medians = new Map<string, number>();
  for (const words of [20_000, 200_000]) {
    const training = pairwiseTraining.parse({ rowBlocks, batchPositives });
    const side = syntheticSide(words, LINKS / words, MINED, training.tables, training.bits, 1);
    const engines = {
      'wasm, one thread': await openEngine(training, {
        threads: 1,
        openTensorflow: () => openTensorflow(),
      }),
      [`wasm, ${threads} threads`]: await openEngine(training, {
        threads,
        openTensorflow: () => openTensorflow(),
      }),
      [`tensorflow, ${where}`]: await openEngine(
        { ...training, engine: 'tensorflow' },
        { threads, openTensorflow: () => openTensorflow() },
      ),
    };
    const rates = new Map<string, number[]>();
    for (let round = 0; round < rounds; round++) {
      for (const [name, engine] of Object.entries(engines)) {
        const { wall, cpu } = await pairsPerSecond(engine, side, words);
        rates.set(name, [...(rates.get(name) ?? []), wall]);
        process.stdout.write(
          `${words} words, ${name}: ${millions(wall)} M pairs/s, ${millions(cpu)} M pairs a ` +
            `CPU second\n`,
        );
      }
    }
    for (const engine of Object.values(engines)) await engine.close();
    for (const [name, values] of rates) medians.set(`${words} ${name}`, medianOf(values));
  }
  const of = (words: number, name: string): number => medians.get(`${words} ${name}`) ?? NaN;
  const tensorflow = `tensorflow, ${where}`;
  const rival = `wasm on ${threads} threads ${millions(of(200_000, `wasm, ${threads} threads`))} M pairs/s`;
  recordFigure({
    name: 'tensorflow-pairs-per-s',
    value: of(200_000, tensorflow),
    unit: `pairs/s on ${where}, 200000 words, L 3, d 32`,
    goal: 'none',
    rival,
    command,
  });
  recordFigure({
    name: 'tensorflow-vocabulary',
    value: of(20_000, tensorflow) / of(200_000, tensorflow),
    unit: `x the pairs/s on ${where} with 20000 words, of those with 200000`,
    goal: '<= 2',
    command,
  });
}

async function pairsPerSecond(
  engine: Engine,
  side: BlockSide,
  words: number,
): Promise<{ wall: number; cpu: number }> {
  const visit = { allRows: words, from: 0.25, to: 0.3, seed: 1, epoch: 5, block: 0 };
  const started = performance.now();
  const before = process.cpuUsage();
  const { pairs, states } = await engine.train([side], visit);
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(before);
  if (!Number.isFinite(states[0]?.embeddings[0])) throw new Error('training diverged');
  return { wall: pairs / seconds, cpu: pairs / ((user + system) / 1e6) };
}

async function gpuName(): Promise<string> {
  const { stdout } = await runProgram('nvidia-smi', ['--query-gpu=name', '--format=csv,noheader'], {
    environment: process.env,
    timeoutMs: 30_000,
  });
  return stdout.split('\n')[0]?.trim() || 'CUDA';
}

const millions = (rate: number): string => (rate / 1e6).toFixed(3);
