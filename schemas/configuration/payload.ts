import { z } from 'zod';

/** At most so many fields: each is a column of its own to filter by. */
const MAX_FIELDS = 64;

const EXPECTED = `a column, or a list of 1 to ${MAX_FIELDS}, each once, none with $ at its start`;

const fieldName = z
  .string()
  .min(1)
  // Filters have operators with $.
  .refine((name) => !name.startsWith('$') && name !== '__proto__', { error: EXPECTED });

/** What comes along with items: a column of texts, or columns whose values are typed fields. */
export const payloadColumns = z
  .union(
    [
      z.string(),
      z
        .array(fieldName, { error: EXPECTED })
        .min(1, { error: EXPECTED })
        .max(MAX_FIELDS, { error: EXPECTED })
        .refine((names) => new Set(names).size === names.length, { error: EXPECTED }),
    ],
    { error: EXPECTED },
  )
  .default('')
  .describe(
    'What answers bring along, at most 4,096 bytes an item. A list of fields or columns ' +
      '([title, year, tags]): strings, numbers, booleans and lists of strings, which a ' +
      'query can filter by. One name: a text an item, as it is. Empty: none.',
  );

export type PayloadColumns = z.infer<typeof payloadColumns>;
