import { z } from 'zod';

/** At most so many fields: each is a column of its own to filter by. */
const MAX_FIELDS = 64;

const fieldName = z
  .string()
  .min(1)
  .refine((name) => !name.startsWith('$') && name !== '__proto__', {
    error: 'a field cannot be called so: filters take names with $ for operators',
  });

/** What comes along with items: a column of texts, or columns whose values are typed fields. */
export const payloadColumns = z
  .union([
    z.string(),
    z
      .array(fieldName)
      .min(1)
      .max(MAX_FIELDS)
      .refine((names) => new Set(names).size === names.length, {
        error: 'a field is named twice',
      }),
  ])
  .default('')
  .describe(
    'What answers bring along, at most 4,096 bytes an item. A list of fields or columns ' +
      '([title, year, tags]): strings, numbers, booleans and lists of strings, which a ' +
      'query can filter by. One name: a text an item, as it is. Empty: none.',
  );

export type PayloadColumns = z.infer<typeof payloadColumns>;
