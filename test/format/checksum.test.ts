import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import { boundCrc, crc32c, joinCrcs, seedOf, xxh32 } from '../../format/checksum.ts';
import { RandomStream } from '../../kernels/numbers/random.ts';
import { crc32cByBits, xxh32ByBigInts } from '../reference/checksum.ts';

const ascii = (text: string) => new TextEncoder().encode(text);

describe('checksums', () => {
  it('give the known answers', () => {
    assert.equal(crc32c(ascii('123456789'), 0, 9), 0xe3069283);
    // RFC 3720, appendix B.4: 32 zeros, 32 ones, 0 to 31.
    assert.equal(crc32c(new Uint8Array(32), 0, 32), 0x8a9136aa);
    assert.equal(crc32c(new Uint8Array(32).fill(255), 0, 32), 0x62a8ab43);
    const rising = Uint8Array.from({ length: 32 }, (_, i) => i);
    assert.equal(crc32c(rising, 0, 32), 0x46dd794e);
    assert.equal(xxh32(ascii(''), 0, 0), 0x02cc5d05);
    assert.equal(xxh32(ascii('abc'), 0, 3), 0x32d153ff);
    const sentence = ascii('Nobody inspects the spammish repetition');
    assert.equal(xxh32(sentence, 0, 39), 0xe2293b2f);
  });

  it('equal the slow ones on every length and start', () => {
    const stream = new RandomStream(1, 1);
    const bytes = Uint8Array.from({ length: 200 }, () => stream.below(256));
    for (let start = 0; start < 9; start++) {
      for (let end = start; end < 90; end++) {
        const part = bytes.slice(start, end);
        assert.equal(crc32c(bytes, start, end), crc32cByBits(part));
        assert.equal(xxh32(bytes, start, end), xxh32ByBigInts(part));
      }
    }
  });

  it('go on from a CRC, from that of a header, and join', () => {
    const stream = new RandomStream(1, 2);
    const bytes = Uint8Array.from({ length: 200 }, () => stream.below(256));
    const whole = crc32cByBits(bytes);
    assert.equal(crc32c(bytes, 50, 200, crc32c(bytes, 0, 50)), whole);
    assert.equal(joinCrcs(crc32c(bytes, 0, 50), crc32c(bytes, 50, 200), 150), whole);
    const bound = Uint8Array.of(0x78, 0x56, 0x34, 0x92, ...bytes);
    assert.equal(boundCrc(bytes, 0, 200, 0x92345678), crc32cByBits(bound));
    assert.equal(crc32c(bytes, 0, 200, seedOf(0x92345678)), crc32cByBits(bound));
  });
});
