import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import { RandomStream } from '../../../kernels/numbers/random.ts';
import { chooseNeighbours, type NeighbourRule } from '../../../kernels/codes/choose-neighbours.ts';
import { countUnseen, knownRole, unseenRole } from '../../../kernels/codes/count-unseen.ts';
import { voteCodes } from '../../../kernels/codes/vote-codes.ts';

describe('the vote of neighbours', () => {
  it(
    'counts unseen with known items as counting pair by pair does, beyond the first size of ' +
      'its table',
    () => {
      const stream = new RandomStream(4, 4);
      const words = 3000;
      const roleOf = [() => 0, unseenRole, knownRole];
      const roles = Int32Array.from({ length: words }, (_, id) =>
        roleOf[id % 3]!(Math.floor(id / 3)),
      );
      const tokens = Int32Array.from({ length: 60_000 }, () => stream.below(words + 50) - 50).map(
        (id) => Math.max(-1, id),
      );
      const rowOffsets = Int32Array.of(0, 17, 17, 30_000, 60_000);
      const expected = new Map<string, number>();
      for (let row = 0; row + 1 < rowOffsets.length; row++) {
        for (let i = rowOffsets[row]!; i < rowOffsets[row + 1]!; i++) {
          for (
            let j = Math.max(rowOffsets[row]!, i - 4);
            j < Math.min(rowOffsets[row + 1]!, i + 5);
            j++
          ) {
            const [a, b] = [tokens[i]!, tokens[j]!];
            if (a % 3 === 1 && b % 3 === 2)
              expected.set(
                `${(a - 1) / 3},${(b - 2) / 3}`,
                (expected.get(`${(a - 1) / 3},${(b - 2) / 3}`) ?? 0) + 1 / Math.abs(i - j),
              );
          }
        }
      }
      const counts = countUnseen(1000, 1000, 1e6);
      counts.addRows(tokens, rowOffsets, 4, roles);
      const { offsets, columns, sums } = counts.finish();
      assert.equal(columns.length, expected.size);
      assert.ok(expected.size > 2 ** 15);
      for (let u = 0; u < 1000; u++)
        for (let at = offsets[u]!; at < offsets[u + 1]!; at++)
          assert.equal(sums[at], expected.get(`${u},${columns[at]}`));
      const few = countUnseen(1000, 1000, 40_000);
      assert.throws(
        () => few.addRows(tokens, rowOffsets, 4, roles),
        /more than 40000 pairs of unseen and known items; append in pieces/,
      );
    },
  );

  it(
    'takes the majority of the neighbours that the rule lets through, and says where there are ' +
      'none',
    () => {
      // Items 0 and 1 are rare and agree; 2 is everywhere and says the opposite; unseen 0 sees all
      // three, unseen 1 the last alone, unseen 2 nobody.
      const counts = countUnseen(3, 3, 100);
      const roles = Int32Array.of(
        unseenRole(0),
        unseenRole(1),
        knownRole(0),
        knownRole(1),
        knownRole(2),
      );
      counts.addPairs(
        Int32Array.of(0, 0, 0, 1),
        Int32Array.of(2, 3, 4, 4),
        Float64Array.of(2, 2, 5, 9),
        roles,
      );
      counts.addPairs(Int32Array.of(2), Int32Array.of(3), Float64Array.of(100), roles);
      const known = [0b10100000, 0b10110000, 0b01001111];
      const model = {
        bits: 8,
        codeOf: (v: number, out: Uint8Array) => out.fill(known[v]!),
      };
      const vote = (rule: NeighbourRule) => {
        const chosen = chooseNeighbours(counts.finish(), Float64Array.of(10, 10, 80), rule);
        const voters = Array.from(
          { length: 3 },
          (_, u) => chosen.offsets[u + 1]! - chosen.offsets[u]!,
        );
        return { codes: voteCodes(chosen, model), voters };
      };
      const { codes, voters } = vote({
        minimumPmi: 0.5,
        minimumWeight: 1.7,
        top: 100,
      });
      assert.deepEqual(voters, [2, 0, 0]);
      assert.equal(codes[0], 0b10100000);
      const all = vote({ minimumPmi: -9, minimumWeight: 6, top: 1 });
      assert.deepEqual(all.voters, [0, 1, 0]);
      assert.equal(all.codes[1], 0b01001111);
    },
  );
});
