import type { Configuration } from '../../schemas/configuration.ts';
import type { DetectedCorpus } from './detect-corpus.ts';

/** An id is shown where it can be typed. */
const PLAIN_ID = /^[\w.:@/-]{1,40}$/u;

/**
 * The id that a sample has most often, as the index is going to call it: one that is sure to be an
 * item. Undefined for words, whose most common ones are left out, and where no id can be typed.
 */
export function exampleItem(
  { kind, shape, choices }: DetectedCorpus,
  { columns, sides, field, header }: Configuration['source'],
): string | undefined {
  if (kind === 'sequences') {
    if (shape.holds === 'lists') return mostCommon(shape.lists.flat());
    const column =
      shape.holds === 'table' ? shape.table.columns.find(({ name }) => name === field) : undefined;
    return (
      column && mostCommon(column.values.flatMap((value) => (Array.isArray(value) ? value : [])))
    );
  }
  if (kind === 'vectors' || kind === 'documents') {
    const id = choices.find(({ key }) => key === `${kind}.id`)?.value;
    const column =
      shape.holds === 'table' ? shape.table.columns.find(({ name }) => name === id) : undefined;
    return column && mostCommon(column.values.slice(0, 1));
  }
  if (kind !== 'pairs' || shape.holds !== 'table') return undefined;
  const isNamed = shape.format !== 'delimited' || header;
  const left = isNamed
    ? shape.table.columns.find(({ name }) => name === columns.left)
    : shape.table.columns[0];
  const id = left && mostCommon(left.values);
  return id !== undefined && sides === 'two' ? `${columns.left}:${id}` : id;
}

function mostCommon(values: readonly unknown[]): string | undefined {
  const counts = new Map<string, number>();
  for (const value of values) {
    const id = String(value);
    if (PLAIN_ID.test(id)) counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  let most: string | undefined;
  for (const [id, count] of counts) if (most === undefined || count > counts.get(most)!) most = id;
  return most;
}
