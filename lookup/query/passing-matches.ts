import type { QueryContext } from './query-context.ts';
import type { Match } from './types.ts';

/** Those of some matches whose items pass the filter, by their payloads; a read each at most. */
export async function passingMatches(
  { reader, selection, meter, steps }: QueryContext,
  matches: readonly Match[],
): Promise<Match[]> {
  if (!selection) return [...matches];
  const index = reader.loaded;
  const passes = await Promise.all(
    matches.map(async ({ id }) =>
      index
        ? selection.passes(index.payloadOf(index.keys.find(id)))
        : selection.passes((await reader.findItem(id, meter))?.payload),
    ),
  );
  const passing = matches.filter((_, at) => passes[at]);
  steps.push(`filter: ${passing.length} of the first ${matches.length} pass`);
  return passing;
}
