import { z } from 'zod';
import { configuration } from '../../schemas/configuration.ts';

/** The part of JSON Schema that the configuration needs. */
export interface SchemaNode {
  type?: string;
  description?: string;
  default?: unknown;
  enum?: unknown[];
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  multipleOf?: number;
  minLength?: number;
  required?: string[];
  properties?: Record<string, SchemaNode>;
  additionalProperties?: boolean | SchemaNode;
}

/** JSON Schema of the configuration as a person writes it: what has a default may be left out. */
export function configurationSchema(): SchemaNode {
  return z.toJSONSchema(configuration, { io: 'input' }) as SchemaNode;
}

/** The node at a path of keys; undefined where the schema has none. */
export function schemaAt(root: SchemaNode, path: readonly PropertyKey[]): SchemaNode | undefined {
  let node: SchemaNode | undefined = root;
  for (const key of path) {
    const child: SchemaNode | undefined = node.properties?.[String(key)];
    const rest: boolean | SchemaNode | undefined = node.additionalProperties;
    node = child ?? (typeof rest === 'object' ? rest : undefined);
    if (node === undefined) return undefined;
  }
  return node;
}

/** Every key of the configuration as a dotted path, sections included. */
export function keyPaths(root: SchemaNode, prefix = ''): string[] {
  return Object.entries(root.properties ?? {}).flatMap(([key, node]) => [
    `${prefix}${key}`,
    ...keyPaths(node, `${prefix}${key}.`),
  ]);
}

/** What a value must be, in words: `a whole number from 1 to 20`, `one of lse, cos, dch, dhn`. */
export function describeExpectation(node: SchemaNode): string {
  if (node.enum !== undefined) return `one of ${node.enum.map(String).join(', ')}`;
  switch (node.type) {
    case 'boolean':
      return 'true or false';
    case 'string':
      return 'text';
    case 'object':
      return node.properties === undefined
        ? 'a mapping of names to numbers'
        : `a mapping with the keys ${Object.keys(node.properties).join(', ')}`;
    case 'integer':
      return (
        'a whole ' +
        `number${range(node, 1)}${node.multipleOf === undefined ? '' : `, a multiple of ${node.multipleOf}`}`
      );
    case 'number':
      return `a number${range(node, 0)}`;
    default:
      return node.type ?? 'a value';
  }
}

function range(node: SchemaNode, step: 0 | 1): string {
  const from =
    node.minimum ??
    (node.exclusiveMinimum !== undefined && step === 1 ? node.exclusiveMinimum + 1 : undefined);
  const to = node.maximum === Number.MAX_SAFE_INTEGER ? undefined : node.maximum;
  if (from === undefined && node.exclusiveMinimum !== undefined) {
    return to === undefined
      ? ` above ${node.exclusiveMinimum}`
      : ` above ${node.exclusiveMinimum}, at most ${to}`;
  }
  if (from !== undefined && to !== undefined) return ` from ${from} to ${to}`;
  if (from !== undefined) return ` of at least ${from}`;
  return to === undefined ? '' : ` of at most ${to}`;
}
