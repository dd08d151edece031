import { type AskedCodes, askedCodes, codesByTable } from './asked-codes.ts';
import type { QueryContext } from './query-context.ts';
import { QueryError } from './query-error.ts';

/** What a vector or a text is compared by in cells, and with what came after these were made. */
interface EncodedForCells {
  /** Of documents the outputs of the encoder. */
  vector: ArrayLike<number>;
  codes(): Promise<AskedCodes> | AskedCodes;
}

/** Undefined of a text without a word that the encoder knows. */
export async function encodeForCells(context: QueryContext): Promise<EncodedForCells | undefined> {
  const { asked } = context.query;
  if (asked.by === 'text') {
    const encoded = await encodeText(context, asked.text);
    return (
      encoded && { vector: encoded.outputs, codes: () => codesInTable(context, 0, encoded.code) }
    );
  }
  if (asked.by !== 'vector') throw new TypeError(`a vector of ${asked.by}`);
  const codes = () => codesOfVector(context, asked.vector);
  if (!context.reader.hasTextEncoder) return { vector: asked.vector, codes };
  const encoder = await vectorEncoderFor(context, asked.vector);
  return {
    vector: 'outputs' in encoder ? encoder.outputs(asked.vector) : asked.vector,
    codes,
  };
}

/** The codes of a code, a text or a vector; undefined of a text without a word that is known. */
export async function encodeQuery(context: QueryContext): Promise<AskedCodes | undefined> {
  const { asked } = context.query;
  if (asked.by === 'code') return codesInTable(context, asked.table, asked.code);
  if (asked.by === 'text') {
    const encoded = await encodeText(context, asked.text);
    return encoded && codesInTable(context, 0, encoded.code);
  }
  if (asked.by !== 'vector') throw new TypeError(`codes of ${asked.by}`);
  return await codesOfVector(context, asked.vector);
}

async function encodeText({ encoders, meter, steps }: QueryContext, text: string) {
  const encoded = (await encoders.text(meter)).encode(text);
  steps.push(`the text has ${encoded.words} words that the encoder knows`);
  return encoded.words === 0 ? undefined : encoded;
}

async function codesOfVector(
  context: QueryContext,
  vector: ArrayLike<number>,
): Promise<AskedCodes> {
  const { codeBytes, isShared } = context.reader;
  const encoder = await vectorEncoderFor(context, vector);
  context.steps.push(`the vector of ${encoder.dimensions} dimensions has its codes`);
  return askedCodes(codesByTable(encoder.encode(vector), codeBytes), codeBytes, isShared);
}

function codesInTable({ reader }: QueryContext, table: number, code: Uint8Array): AskedCodes {
  const { manifest, codeBytes, isShared } = reader;
  const codes = Array.from({ length: manifest.tables }, (_, each) =>
    each === table ? code : undefined,
  );
  return askedCodes(codes, codeBytes, isShared);
}

async function vectorEncoderFor({ encoders, meter }: QueryContext, vector: ArrayLike<number>) {
  const encoder = await encoders.vector(meter);
  if (vector.length !== encoder.dimensions)
    throw new QueryError('vector', `expected ${encoder.dimensions} numbers, got ${vector.length}`);
  return encoder;
}
