import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import { PURPOSE, philox, RandomStream } from '../../../kernels/numbers/random.ts';

describe('philox', () => {
  it('gives the known answers of Random123', () => {
    const out = new Uint32Array(4);
    philox(0, 0, 0, 0, 0, 0, out);
    assert.deepEqual([...out], [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]);
    const ones = 0xffffffff;
    philox(ones, ones, ones, ones, ones, ones, out);
    assert.deepEqual([...out], [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd]);
    philox(0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0, out);
    assert.deepEqual([...out], [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1]);
  });
});

describe('RandomStream', () => {
  it('repeats itself and differs by every part of its name', () => {
    const draw = (...name: [number, number, number?, number?]) =>
      Array.from({ length: 6 }, () => new RandomStream(...name)).map((s) => s.u32());
    assert.deepEqual(draw(1, PURPOSE.mine, 2, 3), draw(1, PURPOSE.mine, 2, 3));
    const firsts = [
      draw(1, 2, 3, 4),
      draw(2, 2, 3, 4),
      draw(1, 3, 3, 4),
      draw(1, 2, 4, 4),
      draw(1, 2, 3, 5),
    ].map((d) => d[0]);
    assert.equal(new Set(firsts).size, 5);
  });

  it('draws below n without bias', () => {
    const stream = new RandomStream(7, 1);
    const seen = new Array<number>(7).fill(0);
    for (let i = 0; i < 70_000; i++) seen[stream.below(7)]! += 1;
    for (const times of seen) assert.ok(Math.abs(times - 10_000) < 500, `${times}`);
  });
});
