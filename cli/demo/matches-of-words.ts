import { type Match, openIndex, type QueryAnswer, type Relation } from '@hashloom/lookup';
import { renderTable } from '../terminal/table.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { DEMO_CHECKS, DEMO_QUERIES } from './demo-configuration.ts';

/** What the index answers for a word. */
export interface WordMatches {
  query: string;
  /** As `query` gives them when nothing else is asked. */
  matches: Match[];
  complete: boolean;
  /** The best in the same company. */
  isLike: string[];
  /** Those that it occurs with most. */
  goesWith: string[];
}

/** Of each list so many are shown. */
const SHOWN = 5;

/** The best matches of the twelve words, of both relations. */
export async function matchesOfWords(uri: string): Promise<WordMatches[]> {
  await using index = await openIndex(uri);
  const best = async (id: string, relation: Relation): Promise<string[]> => {
    const { matches } = await index.query({ id, relation, topK: SHOWN });
    return matches.map((match) => match.id);
  };
  return await Promise.all(
    DEMO_QUERIES.map(async (query): Promise<WordMatches> => {
      const [answer, isLike, goesWith]: [QueryAnswer, string[], string[]] = await Promise.all([
        index.query({ id: query, topK: DEMO_CHECKS.matches }),
        best(query, 'is like'),
        best(query, 'goes with'),
      ]);
      const { matches, complete } = answer;
      return { query, matches, complete, isLike, goesWith };
    }),
  );
}

/** A line a word. */
export function matchesTable(words: readonly WordMatches[], terminal: Terminal): string[] {
  return renderTable(
    [{ title: 'Word' }, { title: 'Is like' }, { title: 'Goes with' }],
    words.map(({ query, isLike, goesWith }) => [
      terminal.paint('bold', query),
      isLike.join(', '),
      goesWith.join(', '),
    ]),
    terminal.columns(),
  );
}
