import { openIndex, type OpenOptions } from '../lookup/open-index.ts';
import type { LookupAnswer } from '../lookup/hash-index.ts';
import type { IndexLocation } from '../lookup/range-reader.ts';
import { Failure } from '../schemas/failures.ts';
import { openStore } from '../store/open-store.ts';
import { displayWidth } from './display-width.ts';
import type { Terminal } from './terminal.ts';

/** Looks words up in a published index, in their order. Throws StoreError where no index is, IntegrityError where it is damaged. */
export async function lookupWords(uri: string, words: readonly string[]): Promise<LookupAnswer[]> {
  return await asFailure(uri, async () => {
    const index = await openIndex(uri, openOptions(uri));
    return await Promise.all(words.map((word) => index.lookup(word)));
  });
}

/** The errors of lookup as failures of the command. */
export async function asFailure<Result>(uri: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    const { name, message } = error as Error;
    if (name === 'IndexReadError') throw new Failure('StoreError', `${message}\nhint: \`hashloom index list\` shows the indexes of a store`, { cause: error });
    if (name === 'IndexFormatError') throw new Failure('IntegrityError', `${uri}: ${message}`, { cause: error });
    throw error;
  }
}

/** A line of `lookup --json`. */
export function answerLine({ query, buckets, items }: LookupAnswer): string {
  return `${JSON.stringify({ query, buckets: buckets.map(({ table, code, items: members }) => ({ table, code, items: members })), items })}\n`;
}

/** An answer for a person: the word, then a line a table with its code and as many items as the terminal has room for. */
export function answerText(answer: LookupAnswer, terminal: Terminal): string {
  if (!answer.found) return `${terminal.paint('bold', answer.query)}  ${terminal.paint('dim', 'not in the index')}\n`;
  const lines = answer.buckets.map(({ table, code, items }) => {
    const head = `  ${table}  ${code}  `;
    const members = items.length === 0 ? '(alone in its bucket)' : fitItems(items, terminal.columns() - displayWidth(head));
    return `  ${table}  ${terminal.paint('dim', code)}  ${items.length === 0 ? terminal.paint('dim', members) : members}`;
  });
  const title = `${terminal.paint('bold', answer.query)}  ${terminal.paint('dim', `${answer.items.length} in its buckets`)}`;
  return `${[title, ...lines].join('\n')}\n`;
}

/** As many items as fit, then how many more there are. */
export function fitItems(items: readonly string[], columns: number): string {
  let text = '';
  for (const [position, item] of items.entries()) {
    const next = position === 0 ? item : `${text}, ${item}`;
    const rest = items.length - position - 1;
    const more = rest === 0 ? '' : `, … ${rest} more`;
    if (position > 0 && displayWidth(next + more) > columns) return `${text}, … ${items.length - position} more`;
    text = next;
  }
  return text;
}

/** S3 is read through the store, with the AWS environment; everything else by the reader itself. */
export function openOptions(uri: string): OpenOptions {
  return uri.startsWith('s3://') ? { location: storeLocation } : {};
}

function storeLocation(uri: string): IndexLocation {
  const store = openStore(uri);
  return {
    uri: store.uri,
    readObject: (path) => store.get(path),
    openRange: (path) => ({
      async read(start, end) {
        const bytes = await store.getRange(path, start, end);
        if (bytes === undefined) throw new Failure('IntegrityError', `${store.uri}/${path} is missing, though its index names it`);
        return bytes;
      },
    }),
  };
}
