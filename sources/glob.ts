import picomatch from 'picomatch';
import { Failure } from '../schemas/failures.ts';

/** A path with wildcards, taken apart. */
export interface Glob {
  /** The folders before the first segment with a wildcard. */
  folder: string;
  /** How every match below the folder begins. */
  prefix: string;
  /** Matches a path relative to the folder. */
  matches: (path: string) => boolean;
}

const WILDCARD = /[*?{]/u;

/** Stars that are not the whole of a segment are one star, as in a shell. */
const STARS_WITHIN = /(?<=[^/{,*])\*{2,}|\*{2,}(?=[^/},*])|\*{3,}/gu;

/**
 * Code points are what `?` counts, and a name may hold line breaks; the short cuts write
 * expressions that `u` refuses.
 */
const OPTIONS = {
  flags: 'su',
  fastpaths: false,
  noextglob: true,
  nonegate: true,
  strictSlashes: true,
} as const;

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
  const expression = picomatch.makeRe(escapeOthers(path.slice(slash + 1)), OPTIONS);
  return {
    folder: slash === 0 ? '/' : path.slice(0, Math.max(slash, 0)),
    prefix: path.slice(slash + 1, first),
    matches: (name) => expression.test(name),
  };
}

/**
 * Writes what picomatch would read as brackets, groups, quotes, ranges, or parts of braces that are
 * none, by its number.
 */
function escapeOthers(pattern: string): string {
  let depth = 0;
  const escaped = pattern
    .replace(STARS_WITHIN, '*')
    .replace(/[\\^$+()[\]|{}"!,]|(?<=\.)\./gu, (character) => {
      if (character === '{') {
        depth += 1;
        return character;
      }
      if (depth > 0 && character === ',') return character;
      if (depth > 0 && character === '}') {
        depth -= 1;
        return character;
      }
      return String.raw`\x${character.charCodeAt(0).toString(16)}`;
    });
  if (depth > 0) throw new Failure('ConfigurationError', `glob "${pattern}": a { without its }`);
  return escaped;
}
