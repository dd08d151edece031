import { type HashIndex, openIndex, type Query, type QueryAnswer } from '@hashloom/lookup';
import { Failure } from '../../schemas/failures.ts';
import { asFailure } from './lookup-words.ts';

/** What is asked, and how a person calls it. */
export interface AskedQuery {
  /** As it stands in answers: a word, a text, a file of vectors, or lists of ids. */
  name: string | { positive: readonly string[]; negative: readonly string[] };
  query: Query;
}

/** An answer, and by which steps it was found. */
export interface ItemAnswer extends QueryAnswer {
  name: AskedQuery['name'];
  /** How many were asked for. */
  topK: number;
  steps: string[];
}

/** What every query of a command has in common. */
export type SharedQuery = Pick<Query, 'topK' | 'rank' | 'relation' | 'filter'>;

export interface OpenedIndex {
  uri: string;
  index: HashIndex;
  ask(queries: readonly AskedQuery[], shared: SharedQuery): Promise<ItemAnswer[]>;
  close(): Promise<void>;
}

/**
 * Opens a published index for questions. Throws Failure: StoreError where no index is,
 * IntegrityError where it is damaged, ConfigurationError on what cannot be asked of it.
 */
export async function openForQueries(uri: string): Promise<OpenedIndex> {
  const index = await asFailure(uri, async () => await openIndex(uri));
  const include = index.manifest.payloads ? (['payload'] as const) : [];
  return {
    uri,
    index,
    ask: async (queries, shared) =>
      await asFailure(uri, async () =>
        asUsage(
          async () =>
            await Promise.all(
              queries.map(async ({ name, query }) => {
                const asked = { ...shared, ...query, include };
                const { steps, answer } = await index.explain(asked);
                return { ...answer, name, topK: asked.topK ?? DEFAULT_TOP_K, steps };
              }),
            ),
        ),
      ),
    close: async () => await index.close(),
  };
}

export const DEFAULT_TOP_K = 10;

/** A line of `query --json`. */
export function itemAnswerLine(answer: ItemAnswer, withSteps = false): string {
  const { name, matches, complete, rank, usage, missing, steps } = answer;
  const told = { query: name, matches, complete, rank, usage };
  return `${JSON.stringify({
    ...told,
    ...(missing && { found: false, missing }),
    ...(withSteps && { steps }),
  })}\n`;
}

/** The options of the command by the fields of a query that they set. */
const OPTION_OF_FIELD: Record<string, string> = {
  id: 'WORD',
  vector: '--vector',
  text: '--text',
  positive: '--positive',
  negative: '--negative',
  topK: '--top-k',
  rank: '--rank',
  relation: '--relation',
  filter: '--filter',
};

/** What an index cannot be asked is wrong usage; it is told by the options that people gave. */
async function asUsage<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    const { name, message, field } = error as Error & { field?: string };
    if (name !== 'QueryError' || field === undefined) throw error;
    const option = OPTION_OF_FIELD[field] ?? field;
    throw new Failure('ConfigurationError', message.replace(`${field}:`, `${option}:`), {
      cause: error,
    });
  }
}
