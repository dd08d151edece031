import { configurationSchema } from './schema.ts';
import type { SchemaNode } from './schema.ts';

interface TemplateValues {
  index: string;
  store: string;
  source: string;
  /** Values in place of the defaults. */
  choices?: readonly TemplateChoice[];
  /** Every key is written, with its default and what it means; else those that were chosen. */
  all?: boolean;
}

/** A value in place of the default, and a line that says why. */
export interface TemplateChoice {
  key: string;
  value: unknown;
  reason: string;
}

/**
 * A hashloom.yaml with what was chosen, or with every key, made from the schema so that the two
 * cannot differ.
 */
export function configurationTemplate(values: TemplateValues): string {
  const choices = values.choices ?? [];
  const reasons = new Map(choices.map(({ key, reason }) => [key, reason]));
  const given = new Map<string, unknown>([
    ['index', values.index],
    ['store', values.store],
    ['source.path', values.source],
    ...choices.map(({ key, value }): [string, unknown] => [key, value]),
  ]);
  return values.all === true ? everyKey(given, reasons) : chosenKeys(given, reasons);
}

function chosenKeys(
  given: ReadonlyMap<string, unknown>,
  reasons: ReadonlyMap<string, string>,
): string {
  const sections = new Map<string, Line[]>();
  for (const [path, value] of given) {
    const [section, key] = path.includes('.') ? path.split('.', 2) : ['', path];
    const comment = reasons.get(path) ?? '';
    const lines = sections.get(section!) ?? [];
    sections.set(section!, [...lines, { key: key!, value: valueText(value), comment }]);
  }
  return [
    CHOSEN_HEADER,
    ...[...sections].map(([section, lines]) =>
      section === '' ? align(lines, '') : `${section}:\n${align(lines, '  ')}`,
    ),
  ].join('');
}

const CHOSEN_HEADER = `# The configuration of a Hashloom run: what was chosen for this corpus, and why.
# Paths are relative to this file. Every other key has its default:
# hashloom init --all all-keys.yaml writes them all, with what they mean.
`;

function everyKey(
  given: ReadonlyMap<string, unknown>,
  reasons: ReadonlyMap<string, string>,
): string {
  const root = configurationSchema();
  const top: Line[] = [];
  const sections: string[] = [];
  for (const [key, node] of Object.entries(root.properties ?? {})) {
    if (node.properties === undefined) {
      top.push(keyLine(key, node, given.get(key)));
      continue;
    }
    const lines = Object.entries(node.properties).map(([name, child]) =>
      keyLine(name, child, given.get(`${key}.${name}`), reasons.get(`${key}.${name}`)),
    );
    const title = node.description === undefined ? '' : `# ${node.description}\n`;
    sections.push(`${title}${key}:\n${align(lines, '  ')}`);
  }
  const required = top.filter((line) => given.has(line.key));
  const optional = top.filter((line) => !given.has(line.key));
  return [HEADER + align(required, ''), ...sections, align(optional, '')].join('\n');
}

const HEADER = `# The configuration of a Hashloom run: what is not set has the default shown here.
# Paths are relative to this file. Check and run it with: hashloom run
`;

interface Line {
  key: string;
  /** Absent where the key has no default and stands for nothing unless it is set. */
  value?: string;
  comment: string;
  /** Stands above the line. */
  reason?: string | undefined;
}

function keyLine(key: string, node: SchemaNode, given: unknown, reason?: string): Line {
  const value = given ?? node.default;
  const choices = node.enum === undefined ? '' : `One of ${node.enum.map(String).join(', ')}.`;
  return {
    key,
    ...(value !== undefined && { value: valueText(value) }),
    comment: [node.description, choices]
      .filter((part) => part !== undefined && part !== '')
      .join(' '),
    reason,
  };
}

const valueText = (value: unknown): string =>
  JSON.stringify(value).replace(/^"([A-Za-z./][A-Za-z0-9/._-]*)"$/, (quoted, bare: string) =>
    RESERVED.test(bare) ? quoted : bare,
  );

/** Bare words that YAML does not read as text. */
const RESERVED = /^(true|false|yes|no|on|off|null|y|n)$/i;

function align(lines: readonly Line[], indent: string): string {
  const entries = lines.map((line) =>
    line.value === undefined ? `${indent}# ${line.key}:` : `${indent}${line.key}: ${line.value}`,
  );
  const column = Math.max(...entries.map((entry) => entry.length));
  return entries
    .map((entry, index) => {
      const { comment, reason } = lines[index]!;
      const above = reason === undefined ? '' : `${indent}# Chosen: ${reason}.\n`;
      const line = comment === '' ? entry : `${entry.padEnd(column)}  # ${comment}`;
      return `${above}${line}\n`;
    })
    .join('');
}
