/**
 * The nouns and verbs of a WordNet dictionary (Miller 1995), as far as Wu-Palmer similarity needs
 * them: senses of a word, and the hierarchy of hypernyms. Formats: wndb(5WN). Adjectives and
 * adverbs have no hypernyms.
 */

import { Failure } from '../../schemas/failures.ts';

/** The text of a part of speech: index.POS, data.POS and, where the dictionary has it, POS.exc. */
export interface PartOfSpeechFiles {
  index: string;
  data: string;
  exceptions?: string;
}

/** Synsets of one part of speech, by number. */
export interface Hierarchy {
  pos: 'n' | 'v';
  /** Senses of a word as the index has it, the commonest first. */
  senses: Map<string, Int32Array>;
  /** Hypernyms and instance hypernyms of synset s: parents[parentEnds[s] .. parentEnds[s + 1]). */
  parentEnds: Int32Array;
  parents: Int32Array;
  /** Edges to the root by the shortest and the longest way. */
  leastDepth: Int32Array;
  mostDepth: Int32Array;
  /** Base forms of irregular ones. */
  exceptions: Map<string, string[]>;
  /** `dog.n.01`: the first word of the synset, and which of its senses this is. */
  nameOf: (synset: number) => string;
}

export interface WordNet {
  nouns: Hierarchy;
  verbs: Hierarchy;
}

/** Throws Failure (DataError) on files that are no WordNet. */
export function readWordNet(nouns: PartOfSpeechFiles, verbs: PartOfSpeechFiles): WordNet {
  return { nouns: readHierarchy('n', nouns), verbs: readHierarchy('v', verbs) };
}

/** The rules of detachment of morphy(7WN), in its order. */
const ENDINGS = {
  n: [
    ['s', ''],
    ['ses', 's'],
    ['ves', 'f'],
    ['xes', 'x'],
    ['zes', 'z'],
    ['ches', 'ch'],
    ['shes', 'sh'],
    ['men', 'man'],
    ['ies', 'y'],
  ],
  v: [
    ['s', ''],
    ['ies', 'y'],
    ['es', 'e'],
    ['es', ''],
    ['ed', 'e'],
    ['ed', ''],
    ['ing', 'e'],
    ['ing', ''],
  ],
} as const;

/**
 * Synsets of a lower-case word: of the word as it stands, then of its base forms; each form once.
 */
export function sensesOf({ pos, senses, exceptions }: Hierarchy, word: string): number[] {
  const detached = ENDINGS[pos].flatMap(([ending, base]) =>
    word.endsWith(ending) ? [word.slice(0, word.length - ending.length) + base] : [],
  );
  const forms = new Set([word, ...(exceptions.get(word) ?? detached)]);
  return [...forms].flatMap((form) => [...(senses.get(form) ?? [])]);
}

function readHierarchy(
  pos: 'n' | 'v',
  { index, data, exceptions = '' }: PartOfSpeechFiles,
): Hierarchy {
  const lines = data.split('\n').filter((line) => line !== '' && !line.startsWith('  '));
  const numberOf = new Map<number, number>();
  lines.forEach((line, synset) => numberOf.set(Number(line.slice(0, 8)), synset));
  const number = (offset: string, where: string): number => {
    const synset = numberOf.get(Number(offset));
    if (synset === undefined)
      throw new Failure(
        'DataError',
        `WordNet, ${where}: no synset at ${offset}; index and data are of different dictionaries`,
      );
    return synset;
  };
  const senses = readIndex(index, (offset) => number(offset, `index of ${pos}`));
  const parents: number[] = [];
  const parentEnds = new Int32Array(lines.length + 1);
  const firstWords: string[] = [];
  lines.forEach((line, synset) => {
    const fields = line.slice(0, line.indexOf(' | ')).split(' ');
    const words = Number.parseInt(fields[3] ?? '', 16);
    const pointers = Number.parseInt(fields[4 + 2 * words] ?? '', 10);
    if (!/^\d{8}$/.test(fields[0]!) || !(words > 0) || !(pointers >= 0))
      throw new Failure(
        'DataError',
        `WordNet, data of ${pos}: not a synset: ${JSON.stringify(line.slice(0, 80))}`,
      );
    firstWords.push(fields[4]!.toLowerCase());
    for (let at = 5 + 2 * words; at < 5 + 2 * words + 4 * pointers; at += 4) {
      if (fields[at] === '@' || fields[at] === '@i')
        parents.push(number(fields[at + 1]!, `data of ${pos}`));
    }
    parentEnds[synset + 1] = parents.length;
  });
  if (lines.length === 0 || senses.size === 0)
    throw new Failure(
      'DataError',
      `WordNet: the files of part of speech ${pos} hold ${lines.length} synsets and ` +
        `${senses.size} words`,
    );
  const links = { parentEnds, parents: Int32Array.from(parents) };
  const nameOf = (synset: number): string => {
    const word = firstWords[synset]!;
    const sense = 1 + (senses.get(word)?.indexOf(synset) ?? -1);
    return `${word}.${pos}.${String(sense).padStart(2, '0')}`;
  };
  return {
    pos,
    senses,
    ...links,
    leastDepth: depths(links, Math.min),
    mostDepth: depths(links, Math.max),
    exceptions: readExceptions(exceptions),
    nameOf,
  };
}

function readIndex(text: string, number: (offset: string) => number): Map<string, Int32Array> {
  const senses = new Map<string, Int32Array>();
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('  ')) continue;
    const fields = line.trimEnd().split(' ');
    const count = Number(fields[2]);
    if (!(count > 0))
      throw new Failure(
        'DataError',
        `WordNet, index: not an entry: ${JSON.stringify(line.slice(0, 80))}`,
      );
    senses.set(fields[0]!, Int32Array.from(fields.slice(-count), number));
  }
  return senses;
}

function readExceptions(text: string): Map<string, string[]> {
  return new Map(
    text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.split(' '))
      .map(([form, ...bases]) => [form!, bases]),
  );
}

/**
 * Edges to a root, over all ways the least or the most of them. A synset that is its own ancestor
 * (no WordNet of ours has one) is an error.
 */
function depths(
  { parentEnds, parents }: { parentEnds: Int32Array; parents: Int32Array },
  choose: (...values: number[]) => number,
): Int32Array {
  const [unknown, onTheWay] = [-1, -2];
  const found = new Int32Array(parentEnds.length - 1).fill(unknown);
  const depth = (synset: number): number => {
    if (found[synset] === onTheWay)
      throw new Failure('DataError', 'WordNet: a synset is its own hypernym');
    if (found[synset] !== unknown) return found[synset]!;
    found[synset] = onTheWay;
    const above = [...parents.subarray(parentEnds[synset], parentEnds[synset + 1])].map(depth);
    return (found[synset] = above.length === 0 ? 0 : 1 + choose(...above));
  };
  for (let synset = 0; synset < found.length; synset++) depth(synset);
  return found;
}
