import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { precisionAt } from '../../evaluation/precision-at.ts';
import { LINEAR_METHODS } from '../../hashers/documents/linear/linear-methods.ts';
import { learnNetwork } from '../../hashers/documents/networks/learn-network.ts';
import { networkSettings } from '../../hashers/documents/networks/network-settings.ts';
import { NETWORKS } from '../../hashers/documents/networks/networks.ts';
import { takeRows, type TrainingDocuments } from '../../hashers/documents/training-documents.ts';
import { openTensorflow } from '../../infra/tensorflow/tensorflow.ts';
import { encodeSparse, type Layer, projectSparse } from '../../kernels/documents/encode-sparse.ts';
import { BestEntries } from '../../kernels/numbers/best-entries.ts';
import { compactRows } from '../../kernels/vectors/compact-rows.ts';
import { rowScorer } from '../../kernels/vectors/row-scores.ts';
import { hashingConfiguration } from '../../schemas/configuration/hashing.ts';
import type { DocumentMethod } from '../../schemas/documents.ts';
import { recordFigure } from '../record-figure.ts';
import { weighedSet } from './document-fixture.ts';

const NEAREST = 100;
const SEED = 1;

/**
 * `npm run bench -- document-outputs [--set 20news] [--bits 32] [--methods itq,bmsh] [--epochs N]`:
 * precision@100 of test documents among the training documents by the cosine of what the encoder
 * gives before the signs, a byte a dimension, beside that by Hamming distance of the codes.
 */
export async function bench(options: Map<string, string>): Promise<void> {
  const folder = options.get('folder') ?? '../shared/data';
  const set = options.get('set') ?? '20news';
  const bits = Number(options.get('bits') ?? 32);
  const epochs = Number(options.get('epochs') ?? 20);
  const methods = (options.get('methods') ?? 'lsh,itq,sph,sth,ksh,shttm').split(',');
  const scratch = await mkdtemp(join(tmpdir(), 'hashloom-bench-'));
  try {
    const { all, training, test } = await weighedSet(set, folder, scratch);
    const database = takeRows(all, training);
    const queries = takeRows(all, test);
    for (const method of methods as DocumentMethod[]) {
      const layers = await learned(method, database, bits, epochs);
      const codesOf = ({ rows, labels }: TrainingDocuments) => {
        const codes = new Uint8Array(((rows.offsets.length - 1) * bits) / 8);
        encodeSparse(rows, layers, codes);
        return { codes, labels };
      };
      const hamming = precisionAt(codesOf(queries), codesOf(database), bits, NEAREST).expected;
      const cosine = precisionOfOutputs(queries, database, layers, bits);
      process.stdout.write(
        `${set}, ${method}, ${bits} bits: by codes ${hamming.toFixed(4)}, by outputs ` +
          `${cosine.toFixed(4)}\n`,
      );
      const shared = {
        unit: 'precision@100',
        command: 'npm run bench -- document-outputs',
        rival: `${method}, ${bits} bits, ${set}; by codes ${hamming.toFixed(4)}`,
      };
      recordFigure({
        name: `document-outputs-${set}-${method}-${bits}`,
        value: cosine,
        goal: 'not below that by codes',
        ...shared,
      });
    }
  } finally {
    await rm(scratch, { recursive: true });
  }
}

async function learned(
  method: DocumentMethod,
  documents: TrainingDocuments,
  bits: number,
  epochs: number,
): Promise<Layer[]> {
  const onProgress = () => undefined;
  const linear = LINEAR_METHODS[method];
  if (linear) return linear({ documents, bits, seed: SEED, onProgress });
  const { tf } = await openTensorflow();
  const network = NETWORKS[method as keyof typeof NETWORKS];
  const settings = networkSettings(network, hashingConfiguration.parse({ method, epochs }));
  const { layers } = await learnNetwork({
    tf,
    method: network,
    settings,
    documents,
    bits,
    seed: SEED,
    validate: () => 0,
    resume: undefined,
    keep: () => Promise.resolve(),
    onProgress,
  });
  return layers;
}

/** Of queries without words nothing is found; a label shared is relevant. */
function precisionOfOutputs(
  queries: TrainingDocuments,
  database: TrainingDocuments,
  layers: Layer[],
  bits: number,
): number {
  const [asked, stored] = [queries, database].map(({ rows }) =>
    compactRows(projectSparse(rows, layers), bits),
  ) as [ReturnType<typeof compactRows>, ReturnType<typeof compactRows>];
  const { stride } = stored;
  const scorer = rowScorer();
  scorer.load(stored, stride);
  const best = new BestEntries(NEAREST);
  const values = new Int16Array(stride);
  const labelsOf = ({ labels: { offsets, values: names } }: TrainingDocuments, row: number) =>
    names.subarray(offsets[row], offsets[row + 1]);
  let sum = 0;
  for (let q = 0; q < asked.scales.length; q++) {
    values.set(asked.rows.subarray(q * stride, (q + 1) * stride));
    const cosines = scorer.scores(values, asked.scales[q]!, 0, stored.scales.length);
    best.clear();
    for (let i = 0; i < cosines.length; i++) best.offer(i, cosines[i]!);
    const own = labelsOf(queries, q);
    for (const row of best.numbers)
      if (labelsOf(database, row).some((label) => own.includes(label))) sum++;
  }
  return sum / NEAREST / asked.scales.length;
}
