import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { describe, it } from 'vitest';
import { cellCodes, cellsOfRows } from '../../../kernels/two-codes/cell-codes.ts';
import { codeVectors } from '../../../kernels/two-codes/code-vectors.ts';
import { factorSides } from '../../../kernels/factors/factorize.ts';
import { RandomStream } from '../../../kernels/numbers/random.ts';

describe('cells', () => {
  it('hold the rows that point the same way', () => {
    const d = 16;
    const rows = 60;
    const stream = new RandomStream(1, 0, 0);
    const centres = Array.from({ length: 3 * d }, () => stream.uniform() - 0.5);
    const values = Float32Array.from(
      { length: rows * d },
      (_, at) => centres[(Math.floor(at / d) % 3) * d + (at % d)]! + 0.02 * stream.uniform(),
    );
    const vectors = codeVectors({ asking: values, answering: values }, factorSides(rows), d);
    const cellOf = cellsOfRows(vectors, rows, { cellItems: 20, seed: 1 }, () => undefined);
    for (let row = 3; row < rows; row++) assert.equal(cellOf[row], cellOf[row - 3]);
    assert.equal(new Set(cellOf).size, 3);
  });

  it('have the code that most of their rows have, bit by bit, a tie set', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(3), fc.nat(255)), { minLength: 1, maxLength: 40 }),
        (rows) => {
          const cellOf = Uint32Array.from(rows, ([cell]) => cell);
          const codes = cellCodes(
            cellOf,
            Uint8Array.from(rows, ([, code]) => code),
            1,
          );
          rows.forEach(([cell], row) => {
            const own = rows.filter(([other]) => other === cell);
            for (let bit = 0; bit < 8; bit++) {
              const set = own.filter(([, code]) => (code >> bit) & 1).length;
              assert.equal((codes[row]! >> bit) & 1, 2 * set >= own.length ? 1 : 0);
            }
          });
        },
      ),
    );
    assert.throws(() => cellCodes(new Uint32Array(2), new Uint8Array(3), 1), RangeError);
  });
});
