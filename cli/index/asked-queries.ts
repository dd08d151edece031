import { Failure } from '../../schemas/failures.ts';
import type { AskedQuery } from './query-items.ts';
import { readVectorFile } from './read-vector-file.ts';

/** What a command line asks with. */
export interface AskedOptions {
  id: readonly string[];
  text: readonly string[];
  vector?: string;
  positive?: readonly string[];
  negative?: readonly string[];
}

/** Lines of standard input that are asked at once. */
const BATCH = 256;

/** How standard input looks to a command; a test can pass a stream of its own. */
type Input = NodeJS.ReadableStream & { isTTY?: boolean };

/**
 * The queries of a command line, in batches: words and ids, texts, vectors, lists of ids, in this
 * order; then the lines of standard input where `-` is among the words, or where nothing is named
 * and no terminal is there to type at. Throws Failure (ConfigurationError) where nothing is asked.
 */
export async function* askedQueries(
  words: readonly string[],
  options: AskedOptions,
  input: Input,
): AsyncGenerator<AskedQuery[], void, undefined> {
  const named = await namedQueries(
    words.filter((word) => word !== '-'),
    options,
  );
  if (named.length > 0) yield named;
  const isPiped = named.length === 0 && input.isTTY !== true;
  if (words.includes('-') || isPiped) yield* lineQueries(input);
  else if (named.length === 0)
    throw new Failure(
      'ConfigurationError',
      'name a word or an id, or --text, --vector or --positive; `-` reads words from ' +
        'standard input',
    );
}

async function namedQueries(
  words: readonly string[],
  { id, text, vector, positive, negative = [] }: AskedOptions,
): Promise<AskedQuery[]> {
  if (negative.length > 0 && positive === undefined)
    throw new Failure('ConfigurationError', '--negative goes with --positive');
  const vectors = vector === undefined ? [] : await readVectorFile(vector);
  return [
    ...[...words, ...id].map(byId),
    ...text.map((each): AskedQuery => ({ name: each, query: { text: each } })),
    ...vectors.map((each, at): AskedQuery => ({
      name: vectors.length === 1 ? vector! : `${vector}[${at}]`,
      query: { vector: each },
    })),
    ...(positive === undefined
      ? []
      : [{ name: { positive, negative }, query: { positive, negative } }]),
  ];
}

/** Lines as they come, so that who types or follows a log is answered line by line. */
async function* lineQueries(input: Input): AsyncGenerator<AskedQuery[], void, undefined> {
  input.setEncoding('utf8');
  let rest = '';
  for await (const chunk of input as AsyncIterable<string>) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    yield* inBatches(lines);
  }
  yield* inBatches([rest]);
}

function* inBatches(lines: readonly string[]): Generator<AskedQuery[], void, undefined> {
  const ids = lines.map((line) => line.trim()).filter((line) => line !== '');
  for (let from = 0; from < ids.length; from += BATCH)
    yield ids.slice(from, from + BATCH).map(byId);
}

const byId = (id: string): AskedQuery => ({ name: id, query: { id } });
