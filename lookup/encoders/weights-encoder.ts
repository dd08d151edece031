import { codeOf, outputsOf, parseEncoder } from './encoder-layers.ts';
import type { VectorEncoder } from './vector-encoder.ts';

/** Makes codes of ready-made weights of terms, as the documents of an index got theirs. */
export interface WeightsEncoder extends VectorEncoder {
  /** What the encoder gives before the signs. */
  outputs(vector: ArrayLike<number>): Float64Array;
}

/** The encoder beside an index of documents. Throws IndexFormatError. */
export function weightsEncoder(
  headerBytes: Uint8Array,
  weightBytes: Uint8Array,
  bits: number,
): WeightsEncoder {
  const { header, layers } = parseEncoder(headerBytes, weightBytes, bits);
  const outputs = (vector: ArrayLike<number>): Float64Array =>
    outputsOf(
      Array.from(vector, (weight, id) => ({ id, weight: Math.fround(weight) })).filter(
        ({ weight }) => weight !== 0,
      ),
      layers,
    );
  return {
    dimensions: header.layers[0]!.inputs,
    outputs,
    encode: (vector) => codeOf(outputs(vector)),
  };
}
