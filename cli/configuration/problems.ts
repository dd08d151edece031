import { isMap, isScalar } from 'yaml';
import type { Document, LineCounter, Node } from 'yaml';
import type { z } from 'zod';
import { REMOVED_KEYS } from '../../schemas/recorded-configuration.ts';
import { configurationSchema, describeExpectation, keyPaths, schemaAt } from './schema.ts';
import type { SchemaNode } from './schema.ts';
import { nearestKey } from '../terminal/nearest-key.ts';

/** A problem of a configuration file. Lines and columns count from 1. */
export interface ConfigurationProblem {
  line: number;
  column: number;
  message: string;
}

/**
 * Says of every issue where it stands, which value is there, what was expected, and for an unknown
 * key the nearest one.
 */
export function explainIssues(
  issues: readonly z.core.$ZodIssue[],
  document: Document.Parsed,
  lines: LineCounter,
  values: unknown,
): ConfigurationProblem[] {
  const schema = configurationSchema();
  const problems = issues.flatMap((issue): ConfigurationProblem[] => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        ...positionOfKey(document, lines, issue.path, key),
        message: unknownKey(schema, issue.path, key),
      }));
    }
    const missing = issue.path.length > 0 && valueAt(values, issue.path) === undefined;
    const position = missing
      ? positionOf(document, lines, issue.path.slice(0, -1))
      : positionOf(document, lines, issue.path);
    return [{ ...position, message: wrongValue(schema, issue, values) }];
  });
  return problems.toSorted((a, b) => a.line - b.line || a.column - b.column);
}

/** Where the value at a path begins; the nearest enclosing value when there is none. */
export function positionOf(
  document: Document.Parsed,
  lines: LineCounter,
  path: readonly PropertyKey[],
): { line: number; column: number } {
  for (let length = path.length; length >= 0; length--) {
    const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
    const start = (node as Node | null | undefined)?.range?.[0];
    if (start !== undefined) return at(lines, start);
  }
  return { line: 1, column: 1 };
}

function positionOfKey(
  document: Document.Parsed,
  lines: LineCounter,
  path: readonly PropertyKey[],
  key: string,
): { line: number; column: number } {
  const map = path.length === 0 ? document.contents : document.getIn(path, true);
  if (isMap(map)) {
    for (const pair of map.items) {
      if (isScalar(pair.key) && String(pair.key.value) === key && pair.key.range)
        return at(lines, pair.key.range[0]);
    }
  }
  return positionOf(document, lines, path);
}

function at(lines: LineCounter, offset: number): { line: number; column: number } {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}

function unknownKey(schema: SchemaNode, path: readonly PropertyKey[], key: string): string {
  const known = Object.keys(schemaAt(schema, path)?.properties ?? {});
  const full = [...path, key].join('.');
  const gone = REMOVED_KEYS[full];
  if (gone !== undefined) return `${full}: ${gone}`;
  const near = nearestKey(key, known);
  if (near !== undefined) return `${full}: unknown key; did you mean ${[...path, near].join('.')}?`;
  const elsewhere = keyPaths(schema).find((candidate) => candidate.split('.').at(-1) === key);
  if (elsewhere !== undefined) return `${full}: unknown key; it belongs at ${elsewhere}`;
  return `${full}: unknown key; known here: ${known.join(', ')}`;
}

function wrongValue(schema: SchemaNode, issue: z.core.$ZodIssue, values: unknown): string {
  const node = schemaAt(schema, issue.path);
  const name = issue.path.length === 0 ? 'the configuration' : issue.path.join('.');
  const expected =
    issue.code === 'invalid_format' || node === undefined || isChoice(node)
      ? issue.message
      : describeExpectation(node);
  const value = valueAt(values, issue.path);
  if (value === undefined) return `${name}: missing; expected ${expected}`;
  return `${name}: expected ${expected}, got ${showValue(value)}${quotingHint(node, value)}`;
}

/** Of several forms: only the schema's own words say what it may be. */
const isChoice = ({ type, enum: values }: SchemaNode): boolean =>
  type === undefined && values === undefined;

function quotingHint(node: SchemaNode | undefined, value: unknown): string {
  if (node?.type === 'string' && (typeof value === 'number' || typeof value === 'boolean'))
    return ' (put it in quotes to make it text)';
  if (
    (node?.type === 'number' || node?.type === 'integer') &&
    typeof value === 'string' &&
    Number.isFinite(Number(value)) &&
    value.trim() !== ''
  ) {
    return ' (text; take the quotes away)';
  }
  return '';
}

function valueAt(values: unknown, path: readonly PropertyKey[]): unknown {
  let value = values;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<PropertyKey, unknown>)[key];
  }
  return value;
}

function showValue(value: unknown): string {
  if (value === null) return 'nothing';
  if (typeof value === 'string' && value === '') return 'an empty text';
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
