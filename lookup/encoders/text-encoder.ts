import { exponential } from '../../format/exponential.ts';
import { IndexFormatError } from '../index-errors.ts';

/** Makes codes of texts as the documents of an index got theirs. */
export interface TextEncoder {
  method: string;
  bits: number;
  /**
   * The code of a text, and how many of its distinct words are in the vocabulary; with none of them
   * the code is all zeros.
   */
  encode(text: string): { code: Uint8Array; words: number };
}

interface Header {
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

interface Layer {
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

/**
 * The encoder of `encoder.json` and `encoder.bin` (docs/reference/index-format.md). Sums are
 * float64 in the order of inputs, as where the index was made, so codes are the same. Throws
 * IndexFormatError where the two do not fit each other or the index.
 */
export function textEncoder(
  headerBytes: Uint8Array,
  weightBytes: Uint8Array,
  bits: number,
): TextEncoder {
  const header = parse(headerBytes);
  const { text } = header;
  if (header.bits !== bits || header.layers.at(-1)?.outputs !== bits)
    throw new IndexFormatError(
      'encoder.json',
      undefined,
      `an encoder of ${bits} bits`,
      `${header.bits}`,
    );
  if (!text)
    throw new IndexFormatError(
      'encoder.json',
      undefined,
      'the vocabulary of a text',
      'none: this index was made of ready-made vectors, so a text has no code in it',
    );
  const layers = layersOf(header, weightBytes);
  if (text.terms.length !== text.scales.length || text.terms.length !== header.layers[0]?.inputs) {
    throw new IndexFormatError(
      'encoder.json',
      undefined,
      `${header.layers[0]?.inputs} terms with a scale each`,
      `${text.terms.length} and ${text.scales.length}`,
    );
  }
  const idOf = new Map(text.terms.map((term, id) => [term, id]));

  return {
    method: header.method,
    bits,
    encode(query) {
      const counts = new Map<number, number>();
      for (const word of wordsOf(query, text.tokens)) {
        const id = idOf.get(word);
        if (id !== undefined) counts.set(id, (counts.get(id) ?? 0) + 1);
      }
      const entries = [...counts].sort(([a], [b]) => a - b);
      const raw = entries.map(
        ([id, count]) => frequencyOf(text.frequency, count) * text.scales[id]!,
      );
      const length = Math.sqrt(raw.reduce((sum, weight) => sum + weight * weight, 0));
      const x = entries.map(([id], at) => ({ id, weight: Math.fround(raw[at]! / length) }));
      return {
        code: x.length === 0 ? new Uint8Array(bits / 8) : codeOf(x, layers, bits),
        words: x.length,
      };
    },
  };
}

/** What a term that is `count` times in a text weighs before its scale. */
function frequencyOf(frequency: NonNullable<Header['text']>['frequency'], count: number): number {
  if (frequency === 'count') return count;
  return frequency === 'log' ? 1 + Math.log(count) : 1;
}

function parse(bytes: Uint8Array): Header {
  try {
    const header = JSON.parse(
      new globalThis.TextDecoder('utf-8', { fatal: true }).decode(bytes),
    ) as Header;
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

function layersOf({ layers }: Header, bytes: Uint8Array): Layer[] {
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

function codeOf(x: { id: number; weight: number }[], layers: Layer[], bits: number): Uint8Array {
  let inputs = x;
  let h = new Float64Array(0);
  for (const { weights, bias, activation } of layers) {
    h = Float64Array.from(bias);
    for (const { id, weight } of inputs)
      for (let j = 0; j < h.length; j++) h[j]! += weight * weights[id * h.length + j]!;
    h = h.map(activation);
    inputs = Array.from(h, (weight, id) => ({ id, weight })).filter(({ weight }) => weight !== 0);
  }
  const code = new Uint8Array(bits / 8);
  for (let k = 0; k < bits; k++) if (h[k]! > 0) code[k >>> 3]! |= 0x80 >>> (k & 7);
  return code;
}

/** The rule of sources/text/tokenise.ts over a whole string. */
function wordsOf(
  text: string,
  { minimumLength, maximumLength, numbers, apostrophes }: NonNullable<Header['text']>['tokens'],
): string[] {
  const word = String.raw`[\p{L}\p{N}][\p{L}\p{M}\p{N}]*`;
  const tokens =
    text
      .normalize('NFKC')
      .match(new RegExp(apostrophes ? `${word}(?:['’]${word})*` : word, 'gu')) ?? [];
  return tokens
    .map((token) => token.toLowerCase().normalize('NFKC').replaceAll('’', "'"))
    .filter((lower) => {
      const length = Array.from(lower).length;
      return (
        length >= minimumLength && length <= maximumLength && (numbers || !/^\p{N}/u.test(lower))
      );
    });
}
