import { exponential } from '../../format/exponential.ts';
import { IndexFormatError } from '../index-errors.ts';

/**
 * `encoder.json` and `encoder.bin` (docs/reference/index-format.md). Throws IndexFormatError where
 * the two do not fit each other or the index.
 */
export function parseEncoder(
  headerBytes: Uint8Array,
  weightBytes: Uint8Array,
  bits: number,
): { header: EncoderHeader; layers: Layer[] } {
  const header = parse(headerBytes);
  if (header.bits !== bits || header.layers.at(-1)?.outputs !== bits)
    throw new IndexFormatError(
      'encoder.json',
      undefined,
      `an encoder of ${bits} bits`,
      `${header.bits}`,
    );
  return { header, layers: layersOf(header, weightBytes) };
}

/** What the last layer gives; sums are float64 in the order of inputs, those of 0 passed over. */
export function outputsOf(x: { id: number; weight: number }[], layers: Layer[]): Float64Array {
  let inputs = x;
  let h = new Float64Array(0);
  for (const { weights, bias, activation } of layers) {
    h = Float64Array.from(bias);
    for (const { id, weight } of inputs)
      for (let j = 0; j < h.length; j++) h[j]! += weight * weights[id * h.length + j]!;
    h = h.map(activation);
    inputs = Array.from(h, (weight, id) => ({ id, weight })).filter(({ weight }) => weight !== 0);
  }
  return h;
}

/** The code of outputs: a bit each, 1 where it is above 0. */
export function codeOf(outputs: Float64Array): Uint8Array {
  const code = new Uint8Array(outputs.length / 8);
  for (let k = 0; k < outputs.length; k++) if (outputs[k]! > 0) code[k >>> 3]! |= 0x80 >>> (k & 7);
  return code;
}

export interface EncoderHeader {
  format: number;
  method: string;
  bits: number;
  layers: { inputs: number; outputs: number; activation: string }[];
  text?: {
    tokens: {
      minimumLength: number;
      maximumLength: number;
      numbers: boolean;
      apostrophes: boolean;
    };
    frequency: 'count' | 'log' | 'binary';
    terms: string[];
    scales: number[];
  };
}

export interface Layer {
  weights: Float32Array;
  bias: Float32Array;
  activation: (value: number) => number;
}

const TURN = 2 * Math.PI;

const ACTIVATIONS = new Map<string, Layer['activation']>([
  ['identity', (value) => value],
  ['relu', (value) => (value > 0 ? value : 0)],
  ['triangle', (value) => 0.25 - Math.abs(value / TURN - Math.round(value / TURN))],
  ['exp', exponential],
  ['sigmoid', (value) => 1 / (1 + exponential(-value))],
]);

function parse(bytes: Uint8Array): EncoderHeader {
  try {
    const header = JSON.parse(
      new globalThis.TextDecoder('utf-8', { fatal: true }).decode(bytes),
    ) as EncoderHeader;
    if (header.format === 1 && Array.isArray(header.layers)) return header;
  } catch (error) {
    throw new IndexFormatError(
      'encoder.json',
      undefined,
      'JSON',
      error instanceof Error ? error.message : String(error),
    );
  }
  throw new IndexFormatError('encoder.json', undefined, 'format 1 with layers', 'another');
}

function layersOf({ layers }: EncoderHeader, bytes: Uint8Array): Layer[] {
  const expected = layers.reduce((sum, { inputs, outputs }) => sum + (inputs + 1) * outputs * 4, 0);
  if (bytes.length !== expected)
    throw new IndexFormatError('encoder.bin', undefined, `${expected} bytes`, `${bytes.length}`);
  const values = new Float32Array(bytes.slice().buffer);
  let at = 0;
  const take = (count: number) => values.subarray(at, (at += count));
  return layers.map(({ inputs, outputs, activation: name }) => {
    const activation = ACTIVATIONS.get(name);
    if (!activation)
      throw new IndexFormatError(
        'encoder.json',
        undefined,
        `an activation of ${[...ACTIVATIONS.keys()].join(', ')}`,
        name,
      );
    return { weights: take(inputs * outputs), bias: take(outputs), activation };
  });
}
