import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import * as fc from 'fast-check';
import { readVarint, varintBytes, writeVarint } from '../../format/varint.ts';

describe('varint', () => {
  it('comes back as it was written, in as many bytes as was said', () => {
    const number = fc.oneof(fc.maxSafeNat(), fc.nat(300), fc.nat(20_000));
    fc.assert(
      fc.property(number, fc.nat(5), (value, at) => {
        const bytes = new Uint8Array(16).fill(0xff);
        const end = writeVarint(bytes, at, value);
        assert.equal(end - at, varintBytes(value));
        const cursor = { bytes, at };
        assert.equal(readVarint(cursor), value);
        assert.equal(cursor.at, end);
      }),
    );
  });

  it('has the bytes of the format', () => {
    const bytes = new Uint8Array(3);
    assert.equal(writeVarint(bytes, 0, 624_485), 3);
    assert.deepEqual([...bytes], [0xe5, 0x8e, 0x26]);
  });

  it('is none where the bytes end, and no safe integer where it is too large', () => {
    assert.equal(readVarint({ bytes: Uint8Array.of(0x80, 0xff), at: 0 }), undefined);
    assert.equal(readVarint({ bytes: new Uint8Array(0), at: 0 }), undefined);
    const large = readVarint({ bytes: new Uint8Array(20).fill(0xff), at: 0 });
    assert.ok(large !== undefined && !Number.isSafeInteger(large));
  });
});
