import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import { IndexFormatError } from '@hashloom/lookup';
import { checksumSeed } from '../../../format/cell-map.ts';
import { crc32c } from '../../../format/checksum.ts';
import { fieldColumnsHead, FIELDS_AT } from '../../../format/field-columns.ts';
import { buildIndex, IDENTITY, openCounting, texts, words } from '../index-in-memory.ts';

const ITEMS = 300;
const STRINGS = Array.from({ length: ITEMS }, (_, i) => `w${1000 + i}`);

function fielded(identity = IDENTITY) {
  return buildIndex({
    keys: words(...STRINGS),
    codes: Uint8Array.from({ length: ITEMS }, (_, i) => i),
    tables: 1,
    codeBytes: 1,
    identity,
    payloads: texts(STRINGS.map((_, i) => (i % 7 === 0 ? '{}' : `{"year":${i % 5}}`))),
    fields: { year: 'number' },
  });
}

/** What a warm reader says, whose columns alone are those bytes. */
async function ask(bytes: Uint8Array, listed = bytes.length): Promise<string[]> {
  const { manifest, parts } = fielded();
  const { index } = openCounting({
    manifest: {
      ...manifest,
      parts: manifest.parts.map((part) =>
        part.name === 'fields.bin' ? { ...part, bytes: listed } : part,
      ),
    },
    parts: new Map([...parts, ['fields.bin', bytes]]),
  });
  await index.load();
  const { matches } = await index.query({ id: 'w1000', topK: ITEMS, filter: { year: 3 } });
  return matches.map(({ id }) => id);
}

describe('columns that are damaged', () => {
  const whole = fielded().parts.get('fields.bin')!;

  it('are refused, whichever byte is another', async () => {
    assert.equal((await ask(whole)).length, 52);
    for (let at = 0; at < whole.length; at += at < 200 ? 1 : 13)
      await assert.rejects(
        ask(whole.map((byte, i) => (i === at ? byte ^ 0x10 : byte))),
        IndexFormatError,
        `byte ${at}`,
      );
  });

  it('are refused where they end early, and where they are of another version', async () => {
    for (const length of [0, 10, 63, 64, 100, whole.length - 1]) {
      await assert.rejects(ask(whole.subarray(0, length)), IndexFormatError, `${length} bytes`);
      await assert.rejects(ask(whole.subarray(0, length), whole.length), IndexFormatError);
    }
    const stranger = fielded('f'.repeat(32)).parts.get('fields.bin')!;
    await assert.rejects(ask(stranger), /identity/);
  });

  it('are refused where checksums fit and what they say cannot be', async () => {
    const identity = Uint8Array.from(Buffer.from(IDENTITY, 'hex'));
    const seed = checksumSeed(identity);
    const made = (
      values: string,
      place: number,
      change: Partial<Record<'name' | 'valuesBytes' | 'placeBytes', unknown>> = {},
      items = ITEMS,
    ) => {
      const column = Buffer.concat([Buffer.from(values), new Uint8Array(ITEMS).fill(place)]);
      const entry = {
        name: 'year',
        valuesBytes: Buffer.byteLength(values),
        placeBytes: 1,
        crc: crc32c(column, 0, column.length, seed),
        ...(change as object),
      };
      return Buffer.concat([fieldColumnsHead({ items, columns: [entry], identity }), column]);
    };
    assert.equal((await ask(made('[3]', 1))).length, ITEMS - 1);
    for (const [bytes, message] of [
      [made('[3]', 2), /a place up to 1/],
      [made('["3"]', 1), /values of field year, each number/],
      [made('{}', 0), /values of field year/],
      [made('[3', 1), /JSON/],
      [made('[3]', 1, { name: 'other' }), /columns of fields/],
      [made('[3]', 1, { placeBytes: 3 }), /columns of fields/],
      [made('[3]', 1, { valuesBytes: 2 ** 40 }), /columns of fields/],
      [made('[3]', 1, { valuesBytes: 4 }), /columns up to byte/],
      [made('[3]', 1, {}, 299), /300 items/],
    ] as const)
      await assert.rejects(ask(new Uint8Array(bytes)), (error) => {
        assert.ok(error instanceof IndexFormatError);
        assert.match(error.message, message);
        return true;
      });
    const far = new Uint8Array(whole);
    new DataView(far.buffer).setUint32(FIELDS_AT.directoryBytes, 2 ** 31, true);
    new DataView(far.buffer).setUint32(FIELDS_AT.crc, crc32c(far, 0, FIELDS_AT.crc), true);
    await assert.rejects(ask(far), /a directory within/);
  });
});
