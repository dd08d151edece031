import type { Condition, Filter, FieldValue, Payload } from '@hashloom/lookup';

/** Whether a payload passes a filter, condition by condition. */
export function filterByFields(filter: Filter, payload: Payload): boolean {
  return Object.entries(filter).every(([key, given]) => {
    if (key === '$and') return (given as Filter[]).every((each) => filterByFields(each, payload));
    if (key === '$or') return (given as Filter[]).some((each) => filterByFields(each, payload));
    if (key === '$not') return !filterByFields(given as Filter, payload);
    const condition: Condition =
      typeof given === 'object' ? (given as Condition) : { $eq: given as string };
    return Object.entries(condition).every(([operator, wanted]) =>
      holds(operator, payload[key], wanted as FieldValue),
    );
  });
}

function holds(operator: string, value: FieldValue | undefined, wanted: FieldValue): boolean {
  const values = Array.isArray(value) ? (value as string[]) : [value];
  const list = wanted as readonly unknown[];
  if (operator === '$exists') return wanted === (value !== undefined);
  if (operator === '$ne') return !holds('$eq', value, wanted);
  if (operator === '$nin') return !holds('$in', value, wanted);
  if (value === undefined) return false;
  if (operator === '$eq') return values.includes(wanted);
  if (operator === '$in') return values.some((each) => list.includes(each));
  if (operator === '$gt') return value > wanted;
  if (operator === '$gte') return value >= wanted;
  if (operator === '$lt') return value < wanted;
  if (operator === '$lte') return value <= wanted;
  throw new Error(`an operator ${operator}`);
}
