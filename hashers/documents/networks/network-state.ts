import { LimitError } from '../../../kernels/limit-error.ts';
import type { Moments } from '../../../kernels/documents/adam-sparse.ts';
import { RandomStream } from '../../../kernels/numbers/random.ts';
import { denseShapes } from './dense.ts';
import type { LatentMethod, ParameterShape } from './latent-method.ts';
import type { NetworkSettings } from './network-settings.ts';
import { HASHER_PURPOSE, normalsOf } from './noise.ts';

/** A parameter with Adam's moments; of the first layer with the batches that each term was in. */
export interface Weights extends ParameterShape, Moments {}

export type NetworkState = Record<string, Weights>;

/** A weight and its two moments. */
const BYTES_A_WEIGHT = 12;
/** A kernel addresses 4 GiB, with what a batch needs. */
const MAX_BYTES = 3.5 * 2 ** 30;

/** The first layer's weights: rows are terms, and of a batch only those of its terms move. */
export const INPUT = 'encoder-0';

interface NetworkShape {
  terms: number;
  bits: number;
  labels: number;
}

/** Names of hidden layers of the encoder or the decoder. */
export function hiddenLayers(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, at) => `${prefix}-${at}`);
}

/** Names of all layers of the encoder; a linear one is the input layer alone. */
export function encoderLayers(count: number): string[] {
  return count === 0 ? [INPUT] : [...hiddenLayers('encoder', count), 'code'];
}

/**
 * Glorot's normal start, biases 0. Streams are named by the place of a parameter, so a start is the
 * same for a seed. Throws LimitError where the network is too large.
 */
export function initializeNetwork(
  method: LatentMethod,
  { terms, bits, labels }: NetworkShape,
  settings: NetworkSettings,
  seed: number,
): NetworkState {
  const { hidden, decoderLayers, supervised } = settings;
  const shapes: Record<string, ParameterShape> = {};
  const encoder = encoderLayers(settings.encoderLayers);
  for (const [at, name] of encoder.entries())
    Object.assign(
      shapes,
      denseShapes(name, at === 0 ? terms : hidden, at === encoder.length - 1 ? bits : hidden),
    );
  Object.assign(
    shapes,
    method.parameters(settings.encoderLayers === 0 ? bits : hidden, bits, settings),
  );
  if (method.decodes) {
    for (const [at, name] of hiddenLayers('decoder', decoderLayers).entries())
      Object.assign(shapes, denseShapes(name, at === 0 ? bits : hidden, hidden));
    Object.assign(shapes, denseShapes('words', decoderLayers === 0 ? bits : hidden, terms));
  }
  if (supervised)
    Object.assign(
      shapes,
      denseShapes('classifier-0', bits, hidden),
      denseShapes('classifier-1', hidden, labels),
    );
  const bytes = Object.values(shapes).reduce(
    (sum, { rows, columns }) => sum + rows * columns * BYTES_A_WEIGHT,
    0,
  );
  if (bytes > MAX_BYTES)
    throw new LimitError(
      `the network has ${(bytes / 2 ** 30).toFixed(1)} GiB of weights and moments, at most ` +
        '3.5 can be trained; set documents.maximumTerms or hashing.hidden lower, or ' +
        'encoderLayers to 0',
    );
  const entries = Object.entries(shapes).map(([name, shape], at): [string, Weights] => {
    const normal = normalsOf(new RandomStream(seed, HASHER_PURPOSE.initialize, at));
    const size = shape.rows * shape.columns;
    const values =
      shape.deviation === 0
        ? new Float32Array(size)
        : Float32Array.from({ length: size }, () => shape.deviation * normal());
    return [
      name,
      {
        ...shape,
        values,
        first: new Float32Array(size),
        second: new Float32Array(size),
        ...(name === INPUT && { steps: new Float32Array(shape.rows) }),
      },
    ];
  });
  return Object.fromEntries(entries);
}
