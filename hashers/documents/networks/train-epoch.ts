import { LimitError } from '../../../kernels/limit-error.ts';
import type * as Tf from '@tensorflow/tfjs-core';
import type { Adam } from '../../../kernels/documents/adam-sparse.ts';
import type { SparseRows } from '../../../kernels/documents/encode-sparse.ts';
import { RandomStream } from '../../../kernels/numbers/random.ts';
import { shuffle } from '../../../kernels/numbers/shuffle.ts';
import { dense } from './dense.ts';
import type { NeighbourGraph } from '../linear/nearest-neighbours.ts';
import type { LatentMethod, Parameters } from './latent-method.ts';
import type { NetworkSettings } from './network-settings.ts';
import { hiddenLayers, INPUT, type NetworkState } from './network-state.ts';
import { HASHER_PURPOSE, type Noise, noiseOf } from './noise.ts';
import { reconstruction, wordEntries } from './reconstruction.ts';
import { takeRows, type TrainingDocuments } from '../training-documents.ts';

interface EpochInput {
  tf: typeof Tf;
  method: LatentMethod;
  settings: NetworkSettings;
  bits: number;
  state: NetworkState;
  adam: Adam;
  documents: TrainingDocuments;
  /** For methods of `pairs`. */
  neighbours?: NeighbourGraph | undefined;
  seed: number;
  /** From 0. */
  epoch: number;
  /** Called after each batch; may throw to stop. */
  onProgress: (batch: number, batches: number, loss: number) => void;
}

interface Batch {
  documents: TrainingDocuments;
  /** One of the nearest documents of each. */
  near: TrainingDocuments | undefined;
}

const DECAY = 0.96;
const DECAY_EVERY = 10_000;
/** Share of the epochs over which the Kullback-Leibler terms come in. */
const RAMP = 0.25;

/**
 * One pass over the documents in random order; changes `state`. Returns the mean loss of its
 * batches.
 */
export function trainEpoch(input: EpochInput): number {
  const { documents, settings, seed, epoch, onProgress } = input;
  input.adam.hold(input.state);
  const n = documents.rows.offsets.length - 1;
  const stream = new RandomStream(seed, HASHER_PURPOSE.shuffle, epoch);
  const order = shuffle(
    Int32Array.from({ length: n }, (_, row) => row),
    stream,
  );
  const size = settings.batch;
  const batches = Math.ceil(n / size);
  let sum = 0;
  for (let batch = 0; batch < batches; batch++) {
    const rows = order.subarray(batch * size, (batch + 1) * size);
    const near =
      input.neighbours && takeRows(documents, drawNeighbours(input.neighbours, rows, stream));
    const loss = trainBatch(
      input,
      { documents: takeRows(documents, rows), near },
      epoch * batches + batch,
      (epoch + batch / batches) / settings.epochs,
    );
    if (!Number.isFinite(loss))
      throw new LimitError(
        `the loss is ${loss} in batch ${batch} of epoch ${epoch}; lower hashing.rate`,
      );
    sum += loss;
    onProgress(batch + 1, batches, loss);
  }
  return sum / batches;
}

/** One of each row's neighbours; itself where it has none. */
function drawNeighbours(
  { offsets, columns }: NeighbourGraph,
  rows: Int32Array,
  stream: RandomStream,
): Int32Array {
  return rows.map((row) => {
    const [from, to] = [offsets[row]!, offsets[row + 1]!];
    return from === to ? row : columns[from + stream.below(to - from)]!;
  });
}

/**
 * One step of Adam. The first layer is taken and moved by the batch's words alone, so nothing is as
 * large as documents x vocabulary but what the decoder says of a batch.
 */
function trainBatch(input: EpochInput, batch: Batch, step: number, progress: number): number {
  const { tf, state, adam, method, settings, seed } = input;
  const noise = noiseOf(tf, seed, step);
  const seen = seenWords(batch, method.gain, settings.wordDropout, noise);
  // Before the others are looked at: more room for a batch makes views stale.
  const first = adam.project(INPUT, seen);
  const names = Object.keys(state);
  let loss = Number.NaN;
  let gradients: Float32Array[] = [];
  // What `tidy` returns is searched for tensors value by value, so gradients leave it by the side.
  tf.tidy(() => {
    const leaves = names.map((name) => {
      const { values, rows, columns } = state[name]!;
      return name === INPUT
        ? tf.tensor2d(first, [seen.offsets.length - 1, columns])
        : tf.tensor2d(values, [rows, columns]);
    });
    const { value, grads } = tf.valueAndGrads((...tensors: Tf.Tensor[]) => {
      const parameters = Object.fromEntries(
        names.map((name, at) => [name, tensors[at] as Tf.Tensor2D]),
      );
      return lossOf(input, parameters, batch, noise, progress);
    })(leaves);
    loss = value.dataSync()[0]!;
    gradients = grads.map((gradient) => gradient.dataSync() as Float32Array);
  });
  const rate = settings.rate * DECAY ** Math.floor(step / DECAY_EVERY);
  for (const [at, name] of names.entries()) {
    if (name === INPUT) adam.stepTerms(name, seen, gradients[at]!, rate, method.epsilon);
    else adam.step(name, gradients[at]!, rate, step + 1);
  }
  return loss;
}

/**
 * -E_q log p(words | z) + weight KL, or the divergence alone, + alpha cross entropy of the labels,
 * a mean over the batch.
 */
function lossOf(
  input: EpochInput,
  parameters: Parameters,
  { documents: batch, near }: Batch,
  noise: Noise,
  progress: number,
): Tf.Scalar {
  const { tf, method, settings, bits } = input;
  const first = tf.add<Tf.Tensor2D>(parameters[INPUT]!, parameters[`${INPUT}.bias`]!);
  const B = batch.rows.offsets.length - 1;
  const { hidden, code } = encode(
    input,
    parameters,
    near ? tf.slice2d(first, [0, 0], [B, -1]) : first,
    noise,
  );
  const nearCode =
    near && encode(input, parameters, tf.slice2d(first, [B, 0], [-1, -1]), noise).code;
  const { z, clean, divergence } = method.latent({
    tf,
    parameters,
    hidden,
    code,
    near: nearCode,
    noise,
    bits,
    settings,
  });
  let loss: Tf.Tensor = divergence;
  if (method.decodes) {
    let decoded = z;
    for (const name of hiddenLayers('decoder', settings.decoderLayers))
      decoded = tf.relu(dense(tf, parameters, name, decoded));
    const words = { weights: parameters['words']!, bias: parameters['words.bias']! };
    loss = tf.add(
      reconstruction(tf, decoded, words, wordEntries(batch.rows, settings.reconstruct)),
      tf.mul(divergence, settings.klWeight * Math.min(1, progress / RAMP)),
    );
  }
  if (settings.supervised) {
    const predicted = dense(
      tf,
      parameters,
      'classifier-1',
      tf.relu(dense(tf, parameters, 'classifier-0', clean)),
    );
    const entropy = tf.neg(
      tf.mean(tf.sum(tf.mul(labelShares(tf, batch), tf.logSoftmax(predicted)), 1)),
    );
    loss = tf.add(loss, tf.mul(entropy, settings.labelWeight));
  }
  return tf.reshape<Tf.Rank.R0>(loss, []);
}

/** `first`: (B, H) or, of a linear encoder, (B, d), what the first layer makes of the words. */
function encode(
  { tf, settings }: EpochInput,
  parameters: Parameters,
  first: Tf.Tensor2D,
  noise: Noise,
): { hidden: Tf.Tensor2D; code: Tf.Tensor2D } {
  if (settings.encoderLayers === 0) return { hidden: first, code: first };
  let hidden = tf.relu(first);
  for (const name of hiddenLayers('encoder', settings.encoderLayers).slice(1))
    hidden = tf.relu(dense(tf, parameters, name, hidden));
  if (settings.dropout > 0) hidden = tf.mul(hidden, noise.mask(...hidden.shape, settings.dropout));
  return { hidden, code: dense(tf, parameters, 'code', hidden) };
}

/** The words that were not dropped, of the documents and then of those near them. */
function seenWords(
  { documents, near }: Batch,
  gain: number,
  wordDropout: number,
  noise: Noise,
): SparseRows {
  const parts = near ? [documents.rows, near.rows] : [documents.rows];
  const most = parts.reduce((sum, { terms }) => sum + terms.length, 0);
  const terms = new Int32Array(most);
  const shown = new Float32Array(most);
  const ends = [0];
  let count = 0;
  for (const { offsets, terms: held, weights } of parts) {
    for (let r = 0; r + 1 < offsets.length; r++) {
      for (let at = offsets[r]!; at < offsets[r + 1]!; at++) {
        const factor = noise.kept(wordDropout);
        if (factor === 0) continue;
        terms[count] = held[at]!;
        shown[count++] = gain * factor * weights[at]!;
      }
      ends.push(count);
    }
  }
  return {
    offsets: Int32Array.from(ends),
    terms: terms.subarray(0, count),
    weights: shown.subarray(0, count),
  };
}

/**
 * (B, labels): 1 / number of labels for each of a document's; a document without labels adds
 * nothing.
 */
function labelShares(tf: typeof Tf, { labels }: TrainingDocuments): Tf.Tensor2D {
  const B = labels.offsets.length - 1;
  const shares = new Float32Array(B * labels.count);
  for (let r = 0; r < B; r++) {
    const [from, to] = [labels.offsets[r]!, labels.offsets[r + 1]!];
    for (let at = from; at < to; at++)
      shares[r * labels.count + labels.values[at]!] = 1 / (to - from);
  }
  return tf.tensor2d(shares, [B, labels.count]);
}
