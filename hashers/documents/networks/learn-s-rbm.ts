import type * as Tf from '@tensorflow/tfjs-core';
import { Adam } from '../../../kernels/documents/adam-sparse.ts';
import { type Layer, projectSparse } from '../../../kernels/documents/encode-sparse.ts';
import { LimitError } from '../../../kernels/limit-error.ts';
import { log } from '../../../kernels/numbers/elementary.ts';
import { medianOf } from '../../../kernels/numbers/median.ts';
import { RandomStream } from '../../../kernels/numbers/random.ts';
import { shuffle } from '../../../kernels/numbers/shuffle.ts';
import { takeRows, type TrainingDocuments } from '../training-documents.ts';
import { contrast, hiddenUnits, type Machine } from './boltzmann.ts';
import { denseWords, GAIN, onlyWords, commonWords } from './common-words.ts';
import { dense } from './dense.ts';
import type { LearnInput } from './learn-network.ts';
import type { NetworkState, Weights } from './network-state.ts';
import { HASHER_PURPOSE, noiseOf, normalsOf } from './noise.ts';
import { reconstruction, wordEntries } from './reconstruction.ts';
import { type Check, partValidation, trainWithChecks } from './train-with-checks.ts';

/**
 * Semantic hashing by stacked restricted Boltzmann machines (Salakhutdinov and Hinton 2009): words
 * - `hidden` - `hidden` - bits. In the first half of the epochs the machines are learned one after
 * the other, each on what the one below makes of the documents; in the second half they are
 * unrolled to an autoencoder and learned as one, with noise on what goes into the bits, so that
 * they come to be 0 or 1. A bit is 1 where its unit is above its median.
 */

/** Of Adam, where `hashing.rate` says nothing. */
const RATE = 0.003;

const LAYERS = 3;

const FIRST_DEVIATION = 0.01;

/** Of the noise on what goes into the bits. */
const CODE_NOISE = 4;

const FLOOR = 1e-4;

const layerName = (l: number): string => `machine-${l}`;

const decoderName = (l: number): string => `decoder-${l}`;

export async function learnStackedMachines(
  input: Omit<LearnInput, 'method'>,
): Promise<{ layers: Layer[]; checks: Check[] }> {
  const { settings, documents, bits, seed, onProgress } = input;
  const { validation, rest } = partValidation(documents, settings.validationShare, seed);
  const words = commonWords(rest);
  const few = onlyWords(rest, words);
  const n = few.rows.offsets.length - 1;
  const size = settings.batch ?? 100;
  const batches = Math.ceil(n / size);
  const adam = new Adam();
  const pretraining = Math.floor(settings.epochs / 2);

  const epoch = (state: NetworkState, epoch: number): number => {
    if (epoch === pretraining) unroll(state);
    adam.hold(state);
    const order = shuffle(
      Int32Array.from({ length: n }, (_, row) => row),
      new RandomStream(seed, HASHER_PURPOSE.shuffle, epoch),
    );
    let sum = 0;
    for (let batch = 0; batch < batches; batch++) {
      const step: Step = {
        ...input,
        adam,
        documents: takeRows(few, order.subarray(batch * size, (batch + 1) * size)),
        seed,
        step: epoch * batches + batch,
      };
      const layer = Math.floor((epoch * LAYERS) / pretraining);
      const loss =
        epoch < pretraining
          ? learnMachine(step, state, layer)
          : learnTogether(step, state, step.step - pretraining * batches + 1);
      if (!Number.isFinite(loss))
        throw new LimitError(
          `the loss is ${loss} in batch ${batch} of epoch ${epoch}; lower hashing.rate`,
        );
      sum += loss;
      onProgress(epoch + (batch + 1) / batches, settings.epochs, loss);
    }
    return sum / batches;
  };
  const widths = [words.length, settings.hidden, settings.hidden, bits];
  return await trainWithChecks(
    { ...input, validation, rest },
    {
      start: () => initialise(few, widths, seed),
      epoch,
      layers: (state) => encoderOf(state, words, rest),
    },
  );
}

interface Step extends Omit<LearnInput, 'method'> {
  adam: Adam;
  /** Batches from the start. */
  step: number;
}

/** Weights near 0, biases 0, but those of words at how often they come. */
function initialise({ rows }: TrainingDocuments, widths: number[], seed: number): NetworkState {
  const state: NetworkState = {};
  for (let l = 0; l < LAYERS; l++) {
    const normal = normalsOf(new RandomStream(seed, HASHER_PURPOSE.initialize, l));
    state[layerName(l)] = blank(widths[l]!, widths[l + 1]!, FIRST_DEVIATION, normal);
    state[`${layerName(l)}.bias`] = blank(1, widths[l + 1]!, 0, normal);
    state[`${layerName(l)}.visible`] = blank(1, widths[l]!, 0, normal);
  }
  const share = new Float64Array(widths[0]!).fill(FLOOR);
  const n = rows.offsets.length - 1;
  for (const [at, term] of rows.terms.entries()) share[term]! += rows.weights[at]! / n;
  state[`${layerName(0)}.visible`]!.values.set(share.map((value) => log(value)));
  return state;
}

function blank(rows: number, columns: number, deviation: number, normal: () => number): Weights {
  const size = rows * columns;
  const values =
    deviation === 0
      ? new Float32Array(size)
      : Float32Array.from({ length: size }, () => deviation * normal());
  return {
    rows,
    columns,
    deviation,
    values,
    first: new Float32Array(size),
    second: new Float32Array(size),
  };
}

/** Decoders that are the machines upside down, and moments of Adam that begin anew. */
function unroll(state: NetworkState): void {
  for (let l = 0; l < LAYERS; l++) {
    const { rows, columns, values } = state[layerName(l)]!;
    const upsideDown = blank(columns, rows, 0, () => 0);
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < columns; j++) upsideDown.values[j * rows + i] = values[i * columns + j]!;
    state[decoderName(l)] = upsideDown;
    state[`${decoderName(l)}.bias`] = state[`${layerName(l)}.visible`]!;
    delete state[`${layerName(l)}.visible`];
  }
  for (const each of Object.values(state)) {
    each.first = new Float32Array(each.values.length);
    each.second = new Float32Array(each.values.length);
  }
}

/** A step of one machine; returns the mean squared error of its reconstruction. */
function learnMachine(
  { tf, adam, settings, documents, seed, step }: Step,
  state: NetworkState,
  layer: number,
): number {
  const noise = noiseOf(tf, seed, step);
  const names = [layerName(layer), `${layerName(layer)}.bias`, `${layerName(layer)}.visible`];
  let gradients: Float32Array[] = [];
  let loss = Number.NaN;
  tf.tidy(() => {
    let data = denseWords(tf, documents, 0, noise);
    for (let l = 0; l < layer; l++) data = hiddenUnits(tf, machineOf(tf, state, l), data);
    const { gradients: found, error } = contrast(
      tf,
      machineOf(tf, state, layer),
      data,
      layer === 0 ? 'words' : 'binary',
      noise,
    );
    gradients = [found.weights, found.hidden, found.visible].map(
      (gradient) => gradient.dataSync() as Float32Array,
    );
    loss = error.dataSync()[0]!;
  });
  for (const [at, name] of names.entries())
    adam.step(name, gradients[at]!, settings.rate ?? RATE, step + 1);
  return loss;
}

function machineOf(tf: typeof Tf, state: NetworkState, l: number): Machine {
  const tensor = ({ values, rows, columns }: Weights) => tf.tensor2d(values, [rows, columns]);
  return {
    weights: tensor(state[layerName(l)]!),
    hidden: tensor(state[`${layerName(l)}.bias`]!),
    visible: tensor(state[`${layerName(l)}.visible`]!),
  };
}

/**
 * A step of the autoencoder; returns -ln p(words), a mean over the batch. `count`: steps of it,
 * from 1.
 */
function learnTogether(
  { tf, adam, settings, documents, seed, step }: Step,
  state: NetworkState,
  count: number,
): number {
  const noise = noiseOf(tf, seed, step);
  const names = Object.keys(state);
  let gradients: Float32Array[] = [];
  let loss = Number.NaN;
  tf.tidy(() => {
    const leaves = names.map((name) =>
      tf.tensor2d(state[name]!.values, [state[name]!.rows, state[name]!.columns]),
    );
    const { value, grads } = tf.valueAndGrads((...tensors: Tf.Tensor[]) => {
      const parameters = Object.fromEntries(
        names.map((name, at) => [name, tensors[at] as Tf.Tensor2D]),
      );
      let h = denseWords(tf, documents, settings.wordDropout ?? 0, noise);
      for (let l = 0; l + 1 < LAYERS; l++) h = tf.sigmoid(dense(tf, parameters, layerName(l), h));
      if (settings.dropout > 0) h = tf.mul(h, noise.mask(...h.shape, settings.dropout));
      const code = dense(tf, parameters, layerName(LAYERS - 1), h);
      let decoded: Tf.Tensor2D = tf.sigmoid(
        tf.add(code, tf.mul(noise.normal(...code.shape), CODE_NOISE)),
      );
      for (let l = LAYERS - 1; l > 0; l--)
        decoded = tf.sigmoid(dense(tf, parameters, decoderName(l), decoded));
      const layer = {
        weights: parameters[decoderName(0)]!,
        bias: parameters[`${decoderName(0)}.bias`]!,
      };
      return reconstruction(tf, decoded, layer, wordEntries(documents.rows, settings.reconstruct));
    })(leaves);
    loss = value.dataSync()[0]!;
    gradients = grads.map((gradient) => gradient.dataSync() as Float32Array);
  });
  for (const [at, name] of names.entries())
    adam.step(name, gradients[at]!, settings.rate ?? RATE, count);
  return loss;
}

/** The machines as layers over all terms, cut at the medians of `training`. */
function encoderOf(
  state: NetworkState,
  words: Int32Array,
  { rows, terms }: TrainingDocuments,
): Layer[] {
  const layers = Array.from({ length: LAYERS }, (_, l): Layer => {
    const { values, columns, rows: inputs } = state[layerName(l)]!;
    const layer = {
      outputs: columns,
      bias: state[`${layerName(l)}.bias`]!.values.slice(),
      activation: l === LAYERS - 1 ? ('identity' as const) : ('sigmoid' as const),
    };
    if (l > 0) return { ...layer, inputs, weights: values.slice() };
    const weights = new Float32Array(terms * columns);
    for (const [at, word] of words.entries())
      for (let j = 0; j < columns; j++)
        weights[word * columns + j] = GAIN * values[at * columns + j]!;
    return { ...layer, inputs: terms, weights };
  });
  const { bias, outputs } = layers[LAYERS - 1]!;
  const y = projectSparse(rows, layers);
  for (let k = 0; k < outputs; k++)
    bias[k]! -= medianOf(
      Float64Array.from({ length: rows.offsets.length - 1 }, (_, r) => y[r * outputs + k]!),
    );
  return layers;
}
