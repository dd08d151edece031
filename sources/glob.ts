import { Failure } from '../schemas/failures.ts';

/** A path with wildcards, taken apart. */
export interface Glob {
  /** The folders before the first segment with a wildcard. */
  folder: string;
  /** How every match below the folder begins. */
  prefix: string;
  /** Matches a path relative to the folder. */
  expression: RegExp;
}

const WILDCARD = /[*?{]/u;

/**
 * Reads `*` (any characters but a slash), `?` (one of them), `**` as a whole segment (any number of
 * folders) and `{a,b}` (either; may be nested and hold slashes). As in a shell, no wildcard matches
 * a dot at the start of a name. Undefined where there is no wildcard; braces that do not close are
 * a ConfigurationError.
 */
export function parseGlob(path: string): Glob | undefined {
  const first = path.search(WILDCARD);
  if (first === -1) return undefined;
  const slash = path.lastIndexOf('/', first);
  const pattern = path.slice(slash + 1);
  return {
    folder: slash === 0 ? '/' : path.slice(0, Math.max(slash, 0)),
    prefix: path.slice(slash + 1, first),
    expression: new RegExp(`^${translate(pattern)}$`, 'su'),
  };
}

/** Before a wildcard: the next character is no dot at the start of a name. */
const NO_HIDDEN = String.raw`(?!(?<=^|/)\.)`;
const NAME = String.raw`(?!\.)[^/]+`;
const FOLDERS = /(?<=^|[/{,])\*\*(?=$|[/},])/uy;

function translate(pattern: string): string {
  let expression = '';
  let depth = 0;
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern[at]!;
    FOLDERS.lastIndex = at;
    if (FOLDERS.test(pattern)) {
      const goesOn = pattern[at + 2] === '/';
      expression += goesOn ? `(?:${NAME}/)*` : `(?:${NAME}/)*${NAME}`;
      at += goesOn ? 2 : 1;
    } else if (character === '*') expression += `${NO_HIDDEN}[^/]*`;
    else if (character === '?') expression += `${NO_HIDDEN}[^/]`;
    else if (character === '{') {
      depth += 1;
      expression += '(?:';
    } else if (character === '}' && depth > 0) {
      depth -= 1;
      expression += ')';
    } else if (character === ',' && depth > 0) expression += '|';
    else expression += character.replace(/[\\^$.*+?()[\]{}|/]/u, String.raw`\$&`);
  }
  if (depth > 0) throw new Failure('ConfigurationError', `glob "${pattern}": a { without its }`);
  return expression;
}
