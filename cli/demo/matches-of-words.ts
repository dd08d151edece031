import { type Match, openIndex } from '@hashloom/lookup';
import { renderTable } from '../terminal/table.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { DEMO_CHECKS, DEMO_QUERIES } from './demo-configuration.ts';

/** What the index answers for a word. */
export interface WordMatches {
  query: string;
  /** As `query` gives them when nothing else is asked. */
  matches: Match[];
  complete: boolean;
  /** Those that it occurs with most. */
  goesWith: string[];
}

/** Of each list so many are shown. */
const SHOWN = 5;

/** The best matches of the twelve words, and what each stands together with. */
export async function matchesOfWords(uri: string): Promise<WordMatches[]> {
  await using index = await openIndex(uri);
  return await Promise.all(
    DEMO_QUERIES.map(async (query): Promise<WordMatches> => {
      const [{ matches, complete }, together] = await Promise.all([
        index.query({ id: query, topK: DEMO_CHECKS.matches }),
        index.query({ id: query, topK: SHOWN, relation: 'goes with' }),
      ]);
      return { query, matches, complete, goesWith: together.matches.map(({ id }) => id) };
    }),
  );
}

/** A line a word. */
export function matchesTable(words: readonly WordMatches[], terminal: Terminal): string[] {
  return renderTable(
    [{ title: 'Word' }, { title: 'Best matches' }, { title: 'Goes with' }],
    words.map(({ query, matches, goesWith }) => [
      terminal.paint('bold', query),
      matches
        .slice(0, SHOWN)
        .map(({ id }) => id)
        .join(', '),
      goesWith.join(', '),
    ]),
    terminal.columns(),
  );
}
