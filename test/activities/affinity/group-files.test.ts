import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import * as fc from 'fast-check';
import { type GroupedFile, planGroups } from '../../../activities/affinity/group-files.ts';

const keysOf = (groups: GroupedFile[][]) => groups.map((group) => group.map(({ key }) => key));
const filesOf = (text: string): GroupedFile[] => text.split('').map((key) => ({ key, tokens: 10 }));

describe('planGroups', () => {
  it('fills groups in the order of the list', () => {
    assert.deepEqual(keysOf(planGroups(filesOf('abcde'), [], 20)), [['a', 'b'], ['c', 'd'], ['e']]);
    assert.deepEqual(
      keysOf(
        planGroups(
          [
            { key: 'a', tokens: 99 },
            { key: 'b', tokens: 1 },
          ],
          [],
          20,
        ),
      ),
      [['a'], ['b']],
    );
    assert.deepEqual(planGroups([], [], 20), []);
  });

  it(
    'keeps earlier groups when files are added, and counts the others of a group whose file is ' +
      'gone anew',
    () => {
      const earlier = [
        ['a', 'b'],
        ['d', 'e'],
      ];
      assert.deepEqual(keysOf(planGroups(filesOf('abcde'), earlier, 20)), [
        ['a', 'b'],
        ['d', 'e'],
        ['c'],
      ]);
      assert.deepEqual(keysOf(planGroups(filesOf('acde'), earlier, 20)), [
        ['d', 'e'],
        ['a', 'c'],
      ]);
    },
  );

  it('has each file once, files of the same content as often as they are there', () => {
    const files = fc.array(
      fc.record({ key: fc.constantFrom(...'abcdef'.split('')), tokens: fc.nat(30) }),
      { maxLength: 20 },
    );
    const earlier = fc.array(
      fc.array(fc.constantFrom(...'abcdefg'.split('')), { minLength: 1, maxLength: 4 }),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(
        files,
        earlier,
        fc.integer({ min: 1, max: 50 }),
        (files, earlier, groupTokens) => {
          const groups = planGroups(files, earlier, groupTokens);
          assert.deepEqual(
            groups
              .flat()
              .map(({ key }) => key)
              .toSorted(),
            files.map(({ key }) => key).toSorted(),
          );
          assert.ok(groups.every((group) => group.length > 0));
        },
      ),
    );
  });

  it('groups small kept groups anew when they are many', () => {
    const earlier = Array.from({ length: 33 }, (_, at) => [`k${at}`]);
    const files = earlier.map(([key]) => ({ key: key!, tokens: 1 }));
    assert.equal(planGroups(files, earlier, 100).length, 1);
    assert.equal(planGroups(files.slice(0, 32), earlier, 100).length, 32);
  });
});
