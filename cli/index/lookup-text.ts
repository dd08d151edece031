import { openIndex, openTextEncoder } from '@hashloom/lookup';
import { asFailure } from './lookup-words.ts';
import type { Terminal } from '../terminal/terminal.ts';

interface TextAnswer {
  query: string;
  /** Hexadecimal. */
  code: string;
  /** Distinct words of the query that the vocabulary has. */
  words: number;
  /** The nearest documents by Hamming distance, nearest first. */
  items: { item: string; distance: number; payload?: string }[];
}

/**
 * Codes of texts by the encoder beside a published index, and the k documents nearest to each (or
 * all within a radius).
 */
export async function lookupTexts(
  uri: string,
  texts: readonly string[],
  { nearest, radius }: { nearest: number; radius?: number },
): Promise<TextAnswer[]> {
  return await asFailure(uri, async () => {
    const [encoder, index] = [await openTextEncoder(uri), await openIndex(uri)];
    const resident = await index.load();
    const answers = texts.map((query): TextAnswer => {
      const { code, words } = encoder.encode(query);
      const { numbers, distances } =
        radius === undefined
          ? resident.nearestCode(0, code, nearest)
          : resident.withinCode(0, code, radius, { limit: nearest });
      const items = Array.from(numbers, (number, at) => ({
        item: resident.keys.textOf(number),
        distance: distances[at]!,
        ...(index.manifest.payloads && { payload: resident.payloadOf(number)! }),
      }));
      return { query, code: Buffer.from(code).toString('hex'), words, items };
    });
    await index.close();
    return answers;
  });
}

/** Codes of texts alone. */
export async function encodeTexts(
  uri: string,
  texts: readonly string[],
): Promise<{ text: string; code: string; words: number }[]> {
  return await asFailure(uri, async () => {
    const encoder = await openTextEncoder(uri);
    return texts.map((text) => {
      const { code, words } = encoder.encode(text);
      return { text, code: Buffer.from(code).toString('hex'), words };
    });
  });
}

/** For a person: the query with its code, then a line a document. */
export function textAnswerText(
  { query, code, words, items }: TextAnswer,
  terminal: Terminal,
): string {
  const head =
    `${terminal.paint('bold', query)}  ` +
    terminal.paint('dim', `${code}, ${words} ${words === 1 ? 'word' : 'words'} known`);
  return `${[
    head,
    ...items.map(
      ({ item, distance, payload }) =>
        `  ${String(distance).padStart(3)}  ` +
        `${item}${payload ? `  ${terminal.paint('dim', payload)}` : ''}`,
    ),
  ].join('\n')}\n`;
}
