import { Failure } from '../../../schemas/failures.ts';
import type { FileShape } from './file-shape.ts';
import type { SampledLines } from '../sampled-lines.ts';
import type { SampledTable } from '../sampled-table.ts';

/** Objects whose fields are looked at. */
const MOST_OBJECTS = 20_000;
const MOST_COLUMNS = 64;

/**
 * Lines of JSON: a table of their fields, or lists of ids; undefined where the first line is no
 * JSON. Throws DataError where the file is one value over several lines, which nothing reads.
 */
export function jsonShape({ lines, isWhole }: SampledLines, uri: string): FileShape | undefined {
  const [first = ''] = lines;
  const start = first.trimStart();
  if (!start.startsWith('{') && !start.startsWith('[')) return undefined;
  const head = parsed(first);
  if (head === undefined) {
    // A bracket that stands alone opens a value that goes on; a text may begin with one too.
    if (/^(?:\{|\[\s*\{?)\s*$/u.test(start)) throw oneValue(uri);
    return undefined;
  }
  const values = lines
    .slice(0, MOST_OBJECTS)
    .map(parsed)
    .filter((value) => value !== undefined);
  if (Array.isArray(head)) {
    if (head.some((item) => typeof item === 'object')) throw oneValue(uri);
    const lists = values.filter((value) => Array.isArray(value)).map((list) => list.map(String));
    return { holds: 'lists', format: 'jsonl', lists };
  }
  if (Object.hasOwn(head as object, 'content') && Object.hasOwn(head as object, 'warc_headers'))
    return { holds: 'text', format: 'oscar' };
  const objects = values.filter((value) => isObject(value));
  return { holds: 'table', format: 'jsonl', table: tableOf(objects, isWhole) };
}

function oneValue(uri: string): Failure {
  return new Failure(
    'DataError',
    `${uri} is one JSON value; expected JSON Lines, an object or a list a line\n` +
      "hint: jq -c '.[]' FILE > FILE.jsonl writes the items of a list so",
  );
}

/** Fields of nested objects are named `a.b`, as the configuration names them. */
function tableOf(objects: readonly Record<string, unknown>[], isWhole: boolean): SampledTable {
  const columns = new Map<string, unknown[]>();
  for (const [row, object] of objects.entries()) {
    for (const [name, value] of fieldsOf(object)) {
      let values = columns.get(name);
      if (values === undefined) {
        if (columns.size === MOST_COLUMNS) continue;
        values = [];
        columns.set(name, values);
      }
      while (values.length < row) values.push(undefined);
      values[row] = value;
    }
  }
  return {
    columns: [...columns].map(([name, values]) => ({ name, values })),
    rows: objects.length,
    isWhole: isWhole && objects.length < MOST_OBJECTS,
  };
}

function* fieldsOf(object: Record<string, unknown>): Generator<[string, unknown]> {
  for (const [name, value] of Object.entries(object)) {
    // A name with a dot could not be told from a way down.
    if (name === '' || name.includes('.')) continue;
    if (!isObject(value)) {
      yield [name, value];
      continue;
    }
    for (const [below, inner] of Object.entries(value))
      if (below !== '' && !below.includes('.') && !isObject(inner))
        yield [`${name}.${below}`, inner];
  }
}

function parsed(line: string): unknown {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
