/** What the names of columns say of them: words in lower case, without endings such as `_id`. */

/** How strong a pair is. */
const WEIGHTS = words(`weight rating score count cnt freq frequency play playcount quantity qty star
  value strength similarity sim n time clicks view amount confidence`);
/** When something was. */
const TIMES = words('time timestamp date datetime ts year month day hour created updated at');
/** What tells records or items apart. */
const IDS = words('id key code sku isbn asin uid uuid url');
/** Who and what: things of two kinds that meet. */
const THINGS = words(`user customer visitor session query reader listener member item product movie
  film book artist track song article page doc document report term word tag playlist order basket
  business store anime game recipe shop paper author venue gene disease drug client person`);
/** Of two things of one kind. */
const ENDS = words(`source target src tgt dst from to left right head tail first second parent child
  follower followee subject object citing cited node a b x y i j u v`);
/** What other columns are called. */
const OTHERS = words('text title label name category content body description genre type event');

/** Two columns of ids of one kind: what stands first has the links of the other. */
export const ENDS_OF_LINKS = [
  ['source', 'target'],
  ['src', 'dst'],
  ['src', 'tgt'],
  ['from', 'to'],
  ['left', 'right'],
  ['head', 'tail'],
  ['first', 'second'],
  ['parent', 'child'],
  ['follower', 'followee'],
  ['subject', 'object'],
  ['citing', 'cited'],
  ['a', 'b'],
  ['x', 'y'],
  ['i', 'j'],
  ['u', 'v'],
] as const;

export const isWeightName = (name: string): boolean =>
  WEIGHTS.has(stemOf(name).replaceAll(' ', ''));

export const isTimeName = (name: string): boolean =>
  partsOf(name).some((part) => TIMES.has(part)) && !isIdName(name);

export const isIdName = (name: string): boolean =>
  IDS.has(partsOf(name).at(-1) ?? '') || /[a-z]id$/u.test(name);

export const isThingName = (name: string): boolean => THINGS.has(lastWord(stemOf(name)));

/** A name that a first line may have: one that says something. */
export function isHeaderName(name: string): boolean {
  if (partsOf(name).length > 1 && isIdName(name)) return true;
  const last = lastWord(stemOf(name));
  return [WEIGHTS, TIMES, IDS, THINGS, ENDS, OTHERS].some((known) => known.has(last));
}

/** `movieIds`, `movie_id`, `Movie`: movie; `FromNodeId`: from. */
export function stemOf(name: string): string {
  const parts = partsOf(name);
  const rest = parts.filter((part, at) => at === 0 || !(IDS.has(part) || ENDINGS.has(part)));
  const last = rest.pop() ?? '';
  const bare = last.length > 4 ? last.replace(/id$/u, '') : last;
  return [...rest, bare.length > 3 ? bare.replace(/s$/u, '') : bare].join(' ');
}

const lastWord = (text: string): string => text.slice(text.lastIndexOf(' ') + 1);

const ENDINGS = words('ids no number name title node');

/**
 * The words of a name, also of one in camel case; `user1` and `word_b` without what numbers them.
 */
function partsOf(name: string): string[] {
  return name
    .trim()
    .replace(/(?<=[a-z])(?=[A-Z])/gu, ' ')
    .toLowerCase()
    .replace(/(?<=[a-z][\s_.-]?)[12]$|[\s_.-][ab12]$/u, '')
    .split(/[\s_.-]+/u)
    .filter((part) => part !== '');
}

function words(text: string): ReadonlySet<string> {
  return new Set(text.split(/\s+/u));
}
