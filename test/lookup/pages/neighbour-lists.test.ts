import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { describe, it } from 'vitest';
import { IndexFormatError } from '@hashloom/lookup';
import { parseLists } from '@hashloom/lookup/internal';
import {
  type ListToWrite,
  mostListBytes,
  writeNeighbourList,
} from '../../../format/neighbour-lists.ts';
import { storedKeys } from '../../../kernels/pages/keys.ts';
import { ids, words } from '../index-in-memory.ts';
import { randomLists } from '../query/random-lists.ts';

const SPICES = words('pepper', 'peppermint', 'salt', 'thyme');

const written = (lists: ListToWrite[], keys = SPICES): Uint8Array => {
  const stored = { ...storedKeys(keys), idsAlone: keys.kind === 'int64' };
  const out = new Uint8Array(lists.reduce((sum, list) => sum + mostListBytes(list, stored), 0));
  const end = lists.reduce((at, list) => writeNeighbourList(list, stored, out, at), 0);
  return out.subarray(0, end);
};

const ONE: ListToWrite = {
  relation: 2,
  scale: 51,
  start: 0,
  end: 3,
  numbers: [0, 1, 3],
  scores: [5, 255, 5],
  known: [0, 1, 1],
};

const parse = (bytes: Uint8Array, count = 1, kind: 'utf8' | 'int64' = 'utf8', items = 4) =>
  parseLists(
    { bytes, at: 0, part: 'neighbours.pages', offset: 1000 },
    { items, keys: kind },
    count,
    true,
  );

describe('ranked lists', () => {
  it('have these bytes, worked out by hand', () => {
    assert.equal(
      Buffer.from(written([ONE])).toString('hex'),
      // is like, 51, 3 items: 0, 1, 3; their scores; the last two are known; pepper, +mint, thyme.
      ['02', '00004c42', '03000102', '05ff05', '06', '0006706570706572', '06046d696e74'].join('') +
        '00057468796d65',
    );
    assert.deepEqual(parse(written([ONE])), [
      {
        relation: 'is like',
        numbers: Uint32Array.of(1, 0, 3),
        scores: Float32Array.of(51, 1, 1),
        scale: 51,
        bytes: Uint8Array.of(255, 5, 5),
        known: Uint8Array.of(1, 0, 1),
        keys: ['peppermint', 'pepper', 'thyme'],
      },
    ]);
  });

  it('hold ids of 8 bytes in place of words', () => {
    const bytes = written([{ ...ONE, relation: 3 }], ids(-7n, 5n, 6n, 2n ** 40n));
    assert.deepEqual(parse(bytes, 1, 'int64')[0]!.keys, ['5', '-7', String(2n ** 40n)]);
  });

  it('come back as they were, whatever they hold', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.string({ unit: 'grapheme', maxLength: 12 }), { minLength: 2 }),
        fc.integer({ min: 1, max: 300 }),
        fc.integer(),
        (strings, top, seed) => {
          const { columns, reference } = randomLists(strings.length, {
            top,
            relations: [1, 2, 3],
            seed,
          });
          for (let list = 0, item = 0; item < strings.length; item++) {
            const own: ListToWrite[] = [];
            for (; columns.items[list] === item; list++)
              own.push({
                relation: columns.relations[list]!,
                scale: columns.scales[list]!,
                start: columns.starts[list]!,
                end: columns.starts[list + 1]!,
                numbers: columns.neighbours,
                scores: columns.scores,
                known: columns.known,
              });
            const read = parse(written(own, words(...strings)), own.length, 'utf8', strings.length);
            assert.deepEqual(
              read.map(({ relation, numbers, scores, known, keys }) => ({
                relation,
                entries: [...numbers].map((number, k) => {
                  assert.equal(keys[k], strings[number]);
                  return { number, score: scores[k], known: known[k] === 1 };
                }),
              })),
              reference[item],
            );
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('a malformed list', () => {
  const cases: [string, (bytes: Uint8Array) => void, RegExp][] = [
    [
      'a relation of another format',
      (b) => (b[0] = 5),
      /byte 1001: expected a relation from 1 to 4, got 5/,
    ],
    ['no relation', (b) => (b[0] = 0), /a relation from 1 to 4, got 0/],
    [
      'a scale that is none',
      (b) => b.fill(0xff, 1, 5),
      /byte 1001: expected a scale above 0, got NaN/,
    ],
    ['no neighbours', (b) => (b[5] = 0), /a list of 1 to 4 items within \d+ bytes, got 0/],
    [
      'more than there are items',
      (b) => (b[5] = 5),
      /a list of 1 to 4 items within \d+ bytes, got 5/,
    ],
    [
      'a number beyond the items',
      (b) => (b[8] = 3),
      /byte 1009: expected item numbers that rise and stay below 4, got 4/,
    ],
    ['a number twice', (b) => (b[7] = 0), /byte 1008: expected item numbers that rise/],
    ['a score of nothing', (b) => (b[9] = 0), /byte 1010: expected a score from 1 to 255, got 0/],
    [
      'bits behind the last',
      (b) => (b[12] = 0x0e),
      /byte 1013: expected zeros behind 3 bits, got 14/,
    ],
    [
      'a prefix longer than the key before',
      (b) => (b[21] = 7),
      /byte 1022: expected at most 6 bytes shared, got 7/,
    ],
    [
      'a key beyond the end',
      (b) => (b[22] = 99),
      /byte 1023: expected a key within \d+ bytes, got 99/,
    ],
    ['a key that is no text', (b) => (b[23] = 0xff), /expected a key in UTF-8/],
  ];
  for (const [what, spoil, message] of cases)
    it(`with ${what} is refused by its byte`, () => {
      const bytes = written([ONE]).slice();
      spoil(bytes);
      assert.throws(
        () => parse(bytes),
        (error) =>
          error instanceof IndexFormatError &&
          error.part === 'neighbours.pages' &&
          error.offset !== undefined &&
          message.test(error.message),
      );
    });

  it('is refused wherever it is cut, with bytes behind it, and twice of one relation', () => {
    const bytes = written([ONE]);
    for (let end = 0; end < bytes.length; end++)
      assert.throws(() => parse(bytes.subarray(0, end)), IndexFormatError, `cut at ${end}`);
    assert.throws(
      () => parse(Uint8Array.of(...bytes, 0)),
      /the end of the lists, got 1 bytes more/,
    );
    assert.throws(() => parse(written([ONE, ONE]), 2), /a relation from 3 to 4, got 2/);
  });

  it('is refused or read whatever a byte becomes, and never fails otherwise', () => {
    for (const keys of [SPICES, ids(-7n, 5n, 6n, 2n ** 40n)]) {
      const bytes = written([ONE], keys);
      for (let at = 0; at < bytes.length; at++)
        for (let value = 0; value < 256; value++) {
          const spoilt = bytes.slice();
          spoilt[at] = value;
          try {
            for (const list of parse(spoilt, 1, keys.kind))
              assert.ok([...list.numbers].every((number) => number < 4));
          } catch (error) {
            if (!(error instanceof IndexFormatError)) throw error;
          }
        }
    }
  });
});
