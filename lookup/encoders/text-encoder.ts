import { IndexFormatError } from '../index-errors.ts';
import { codeOf, type EncoderHeader, outputsOf, parseEncoder } from './encoder-layers.ts';

/** Makes codes of texts as the documents of an index got theirs. */
export interface TextEncoder {
  method: string;
  bits: number;
  /**
   * The code of a text, and how many of its distinct words are in the vocabulary; with none of them
   * the code is all zeros. outputs: what the encoder gives before the signs, d values.
   */
  encode(text: string): { code: Uint8Array; words: number; outputs: Float64Array };
}

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
  const { header, layers } = parseEncoder(headerBytes, weightBytes, bits);
  const { text } = header;
  if (!text)
    throw new IndexFormatError(
      'encoder.json',
      undefined,
      'the vocabulary of a text',
      'none: this index was made of ready-made vectors, so a text has no code in it',
    );
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
      const outputs = x.length === 0 ? new Float64Array(bits) : outputsOf(x, layers);
      return { code: codeOf(outputs), words: x.length, outputs };
    },
  };
}

/** What a term that is `count` times in a text weighs before its scale. */
function frequencyOf(
  frequency: NonNullable<EncoderHeader['text']>['frequency'],
  count: number,
): number {
  if (frequency === 'count') return count;
  return frequency === 'log' ? 1 + Math.log(count) : 1;
}

/** The rule of sources/text/tokenise.ts over a whole string. */
function wordsOf(
  text: string,
  {
    minimumLength,
    maximumLength,
    numbers,
    apostrophes,
  }: NonNullable<EncoderHeader['text']>['tokens'],
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
