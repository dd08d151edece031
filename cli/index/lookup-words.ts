import { type LookupAnswer, type NearbyItem, openIndex } from '@hashloom/lookup';
import { Failure } from '../../schemas/failures.ts';
import { displayWidth } from '../terminal/display-width.ts';
import { formatCount } from '../terminal/format.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { unreadableIndex } from './unreadable-index.ts';

/**
 * An answer; for a word that is not in the index those that are spelled nearly so; for one alone in
 * its buckets, if asked, what lies near in Hamming distance.
 */
type WordAnswer = LookupAnswer & { near: string[]; within?: NearbyItem[] };

/** Near spellings need the whole vocabulary: not of more items than these, for a word. */
const MAX_SPELLED = 1_000_000;
/** Items that are given for a word alone in its buckets, the nearest first. */
const MAX_WITHIN = 100;
/** Items whose payloads a person is shown; --json has all. */
const MAX_TOLD = 20;

/**
 * Looks words up in a published index, in their order. Throws StoreError where no index is,
 * IntegrityError where it is damaged.
 */
export async function lookupWords(
  uri: string,
  words: readonly string[],
  { radius, maximumBucket }: { radius?: number; maximumBucket?: number } = {},
): Promise<WordAnswer[]> {
  return await asFailure(uri, async () => {
    const index = await openIndex(uri, maximumBucket === undefined ? {} : { maximumBucket });
    const answers = await index.lookupBatch(words);
    const near = async ({ found, query }: LookupAnswer) =>
      found || index.manifest.items > MAX_SPELLED ? [] : await index.spellings(query);
    const within = async ({ found, query, items }: LookupAnswer) =>
      radius === undefined
        ? {}
        : {
            within:
              found && items.length === 0
                ? await index.within(query, radius, { limit: MAX_WITHIN })
                : [],
          };
    return await Promise.all(
      answers.map(async (answer) => ({
        ...answer,
        near: await near(answer),
        ...(await within(answer)),
      })),
    );
  });
}

/** The errors of lookup as failures of the command. */
export async function asFailure<Result>(uri: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    const { name, message } = error as Error;
    if (name === 'IndexReadError') throw await unreadableIndex(uri, error as Error);
    if (name === 'IndexFormatError')
      throw new Failure('IntegrityError', `${uri}: ${message}`, { cause: error });
    throw error;
  }
}

/** A line of `lookup --json`. */
export function answerLine({
  query,
  payload,
  buckets,
  items,
  payloads,
  within,
}: WordAnswer): string {
  return `${JSON.stringify({ query, payload, buckets, items, payloads, within })}\n`;
}

/**
 * An answer for a person: the word, then a line a table with its code and as many items as the
 * terminal has room for.
 */
export function answerText(answer: WordAnswer, terminal: Terminal): string {
  if (!answer.found)
    return `${terminal.paint('bold', answer.query)}  ${terminal.paint('dim', 'not in the index')}\n`;
  const lines = answer.buckets.map(({ table, code, items, tooLarge }) => {
    const head = `  ${table}  ${code}  `;
    const alone =
      tooLarge === undefined
        ? '(alone in its bucket)'
        : `(one of ${formatCount(tooLarge)}, more than a lookup gives here: --maximum-bucket ` +
          `${tooLarge})`;
    const members =
      items.length === 0 ? alone : fitItems(items, terminal.columns() - displayWidth(head));
    return (
      `  ${table}  ${terminal.paint('dim', code)}  ` +
      (items.length === 0 ? terminal.paint('dim', members) : members)
    );
  });
  if (answer.within !== undefined && answer.within.length > 0) {
    const items = answer.within.map(({ item, distance }) => `${item} (${distance})`);
    lines.push(
      `  near in bits: ${fitItems(items, terminal.columns() - '  near in bits: '.length)}`,
    );
  }
  for (const [at, item] of answer.items.slice(0, MAX_TOLD).entries())
    if (answer.payloads?.[at])
      lines.push(`  ${item}  ${terminal.paint('dim', answer.payloads[at])}`);
  const told = answer.payload ? `${answer.payload}  ` : '';
  const title =
    `${terminal.paint('bold', answer.query)}  ` +
    `${told}${terminal.paint('dim', `${answer.items.length} in its buckets`)}`;
  return `${[title, ...lines].join('\n')}\n`;
}

/** As many items as fit, then how many more there are. */
export function fitItems(items: readonly string[], columns: number): string {
  let text = '';
  for (const [position, item] of items.entries()) {
    const next = position === 0 ? item : `${text}, ${item}`;
    const rest = items.length - position - 1;
    const more = rest === 0 ? '' : `, … ${rest} more`;
    if (position > 0 && displayWidth(next + more) > columns)
      return `${text}, … ${items.length - position} more`;
    text = next;
  }
  return text;
}
