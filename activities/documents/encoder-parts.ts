import type { Activation, Layer } from '../../kernels/documents/encode-sparse.ts';
import type { Configuration } from '../../schemas/configuration.ts';
import { Failure } from '../../schemas/failures.ts';
import type { PartToWrite } from '../../store/artifacts.ts';

/**
 * `encoder.json`: what makes a code of a text, but the numbers. Layout in
 * docs/reference/index-format.md.
 */
export interface EncoderHeader {
  format: 1;
  method: string;
  bits: number;
  /** Each with (inputs, outputs) row-major weights, then its biases, in `encoder.bin`. */
  layers: { inputs: number; outputs: number; activation: Activation }[];
}

/** How a text becomes the input of the first layer; absent from an index of ready-made vectors. */
interface TextRule {
  tokens: Configuration['tokens'];
  frequency: Configuration['documents']['frequency'];
  /** In word order; term t is input t. */
  terms: string[];
  /** What the term frequency is multiplied by; then the vector is brought to length 1. */
  scales: number[];
}

/** float32, little-endian, layer after layer. */
export function encodeLayers(layers: readonly Layer[]): Uint8Array {
  const all = new Float32Array(
    layers.reduce((sum, { weights, bias }) => sum + weights.length + bias.length, 0),
  );
  let filled = 0;
  for (const { weights, bias } of layers) {
    all.set(weights, filled);
    all.set(bias, filled + weights.length);
    filled += weights.length + bias.length;
  }
  return new Uint8Array(all.buffer);
}

export function headerOf(method: string, layers: readonly Layer[]): EncoderHeader {
  return {
    format: 1,
    method,
    bits: layers.at(-1)!.outputs,
    layers: layers.map(({ inputs, outputs, activation }) => ({ inputs, outputs, activation })),
  };
}

export function decodeLayers(header: EncoderHeader, bytes: Uint8Array, where: string): Layer[] {
  const values = new Float32Array(bytes.slice().buffer);
  let at = 0;
  const take = (count: number) => values.subarray(at, (at += count));
  const layers = header.layers.map(({ inputs, outputs, activation }) => ({
    inputs,
    outputs,
    activation,
    weights: take(inputs * outputs),
    bias: take(outputs),
  }));
  if (at !== values.length)
    throw new Failure(
      'IntegrityError',
      `${where}: ${values.length} values, expected ${at} by its header`,
    );
  return layers;
}

export function encoderParts(
  header: EncoderHeader & { text?: TextRule },
  bytes: Uint8Array,
): PartToWrite[] {
  return [
    {
      name: 'encoder.json',
      bytes: Buffer.from(JSON.stringify(header)),
      rows: header.layers.length,
    },
    { name: 'encoder.bin', bytes, rows: bytes.length / 4 },
  ];
}
