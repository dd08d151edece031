import { textEncoder, type TextEncoder } from '../encoders/text-encoder.ts';
import { vectorEncoder, type VectorEncoder } from '../encoders/vector-encoder.ts';
import { weightsEncoder, type WeightsEncoder } from '../encoders/weights-encoder.ts';
import type { ReadMeter } from '../ranges/read-meter.ts';
import { retried, type VersionReader } from '../version-reader.ts';
import { QueryError } from './query-error.ts';

/** What makes codes of that which the index does not have, read at its first use. */
export interface Encoders {
  text(meter?: ReadMeter): Promise<TextEncoder>;
  vector(meter?: ReadMeter): Promise<VectorEncoder | WeightsEncoder>;
}

/** Both throw QueryError where the index has no such encoder. */
export function encodersOf(reader: VersionReader): Encoders {
  const { tables, bits } = reader.manifest;
  const both = async (first: string, second: string, meter: ReadMeter | undefined) =>
    await Promise.all([reader.wholePart(first, meter), reader.wholePart(second, meter)]);
  return {
    text: retried(async (meter) => {
      const [header, weights] = await both('encoder.json', 'encoder.bin', meter);
      if (!header || !weights)
        throw new QueryError(
          'text',
          'this index has no encoder of texts, only those of documents have; ask with id or ' +
            'positive',
        );
      return textEncoder(header, weights, bits);
    }),
    vector: retried(async (meter) => {
      const [planes, mean] = await both('hyperplanes.arrow', 'mean.arrow', meter);
      const [header, weights] = planes ? [] : await both('encoder.json', 'encoder.bin', meter);
      if (header && weights) return weightsEncoder(header, weights, bits);
      if (!planes || !mean)
        throw new QueryError(
          'vector',
          'this index has no encoder of vectors, only those of vectors and documents have; ' +
            'ask with id or ' +
            'positive',
        );
      return vectorEncoder(planes, mean, { tables, bits });
    }),
  };
}
