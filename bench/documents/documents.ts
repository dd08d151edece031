/**
 * An epoch of BMSH, 32 bits, on 20 Newsgroups with 10,000 terms (`bmsh-epoch-vs-jax`), in turn with
 * the same model jitted in JAX (`--python` names a Python that has it), both on all cores; and how
 * many of its documents a trained encoder makes codes of in a second on one thread
 * (`encode-docs-per-s`). `--folder`: where 20news.jsonl.gz is; `--batches`: batches of a round, the
 * rest of an epoch is by proportion.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { networkLayers } from '../../hashers/documents/networks/network-layers.ts';
import { networkSettings } from '../../hashers/documents/networks/network-settings.ts';
import { NETWORKS } from '../../hashers/documents/networks/networks.ts';
import { initializeNetwork } from '../../hashers/documents/networks/network-state.ts';
import { trainEpoch } from '../../hashers/documents/networks/train-epoch.ts';
import { takeRows, type TrainingDocuments } from '../../hashers/documents/training-documents.ts';
import { openTensorflow } from '../../infra/tensorflow/tensorflow.ts';
import { Adam } from '../../kernels/documents/adam-sparse.ts';
import { encodeSparse } from '../../kernels/documents/encode-sparse.ts';
import { hashingConfiguration } from '../../schemas/configuration/hashing.ts';
import { medianOf } from '../../kernels/numbers/median.ts';
import { weighedSet } from './document-fixture.ts';
import { recordFigure } from '../record-figure.ts';

const BITS = 32;

export async function bench(options: Map<string, string>): Promise<void> {
  const folder = options.get('folder') ?? '../shared/data';
  const rounds = Number(options.get('rounds') ?? 3);
  const batches = Number(options.get('batches') ?? 40);
  const python = options.get('python');
  const scratch = await mkdtemp(join(tmpdir(), 'hashloom-bench-'));
  try {
    const { all, training } = await weighedSet('20news', folder, scratch);
    const settings = networkSettings(NETWORKS.bmsh, hashingConfiguration.parse({ method: 'bmsh' }));
    const documents = takeRows(all, training.subarray(0, batches * settings.batch));
    const epoch = training.length / (documents.rows.offsets.length - 1);
    const state = initializeNetwork(
      NETWORKS.bmsh,
      { terms: all.terms, bits: BITS, labels: 0 },
      settings,
      1,
    );
    const adam = new Adam();
    const { tf } = await openTensorflow();
    const ours = (number: number) =>
      seconds(() =>
        trainEpoch({
          tf,
          method: NETWORKS.bmsh,
          settings,
          bits: BITS,
          state,
          adam,
          documents,
          seed: 1,
          epoch: number,
          onProgress: () => undefined,
        }),
      );
    const jax = python ? await startJax(python, scratch, documents) : undefined;
    ours(0);
    await jax?.epoch();
    const pairs: { ours: number; jax: number }[] = [];
    for (let round = 0; round < rounds; round++) {
      pairs.push({
        ours: ours(1 + round) * epoch,
        jax: jax ? (await jax.epoch()) * epoch : Number.NaN,
      });
      process.stdout.write(
        `round ${round + 1}: ${pairs[round]!.ours.toFixed(1)} s, JAX ` +
          `${pairs[round]!.jax.toFixed(1)} s\n`,
      );
    }
    jax?.stop();
    const command = 'npm run bench -- documents --python PYTHON';
    const [own, rival] = [
      medianOf(pairs.map((pair) => pair.ours)),
      medianOf(pairs.map((pair) => pair.jax)),
    ];
    if (jax)
      recordFigure({
        name: 'bmsh-epoch-vs-jax',
        value: medianOf(pairs.map((pair) => pair.ours / pair.jax)),
        unit:
          `x the time of JAX, ${own.toFixed(1)} s an epoch of ${training.length} documents, ` +
          `${all.terms} terms, ${BITS} bits`,
        goal: '<= 1.2',
        rival: `JAX ${rival.toFixed(1)} s`,
        command,
      });

    const layers = networkLayers(state, NETWORKS.bmsh, settings, all.rows);
    const n = all.rows.offsets.length - 1;
    const codes = new Uint8Array((n * BITS) / 8);
    const rates = Array.from(
      { length: rounds },
      () => n / seconds(() => encodeSparse(all.rows, layers, codes)),
    );
    recordFigure({
      name: 'encode-docs-per-s',
      value: medianOf(rates),
      unit: `documents/s, one thread, a linear encoder of ${all.terms} terms, ${BITS} bits`,
      goal: '>= 5000',
      command,
    });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

function seconds(work: () => void): number {
  const started = performance.now();
  work();
  return (performance.now() - started) / 1000;
}

/** The documents as CSR arrays in files, then a line `go` an epoch, answered by its seconds. */
async function startJax(
  python: string,
  scratch: string,
  { rows, terms }: TrainingDocuments,
): Promise<{ epoch(): Promise<number>; stop(): void }> {
  await writeFile(join(scratch, 'offsets.bin'), new Uint8Array(rows.offsets.slice().buffer));
  await writeFile(join(scratch, 'terms.bin'), new Uint8Array(rows.terms.slice().buffer));
  await writeFile(join(scratch, 'weights.bin'), new Uint8Array(rows.weights.slice().buffer));
  const child = spawn(
    python,
    [
      fileURLToPath(new URL('../../../bench/documents/bmsh-jax.py', import.meta.url)),
      scratch,
      String(terms),
      String(BITS),
    ],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async epoch() {
      child.stdin.write('go\n');
      const { value, done } = await lines.next();
      if (done) throw new Error('JAX ended; see its message above');
      return Number(value);
    },
    stop: () => child.stdin.end(),
  };
}
