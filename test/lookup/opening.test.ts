import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import { IndexFormatError, type IndexLocation, openIndex } from '@hashloom/lookup';
import { buildIndex, words } from './index-in-memory.ts';

const built = buildIndex({
  keys: words('salt', 'pepper', 'œil'),
  codes: Uint8Array.of(1, 2, 1, 3, 4, 2),
  tables: 2,
  codeBytes: 1,
});
const { parts } = built.manifest as { parts: { name: string; path: string; bytes: number }[] };
const withHeads = {
  ...(built.manifest as object),
  parts: parts.map((part) => ({ ...part, head: headOf(part.name).toString('base64') })),
};

function headOf(name: string): Buffer {
  return Buffer.from(built.parts.get(name)!.subarray(0, 128));
}

/** The index with this manifest in `current.json`; notes what is read of it. */
function published(manifest: unknown) {
  const reads: string[] = [];
  const current = { format: 1, index: 'tiny', version: 3, path: 'versions/3', manifest };
  const location: IndexLocation = {
    uri: 'memory:',
    readObject: (path) => {
      reads.push(path);
      const is = path === 'current.json';
      return Promise.resolve(is ? Buffer.from(JSON.stringify(current)) : undefined);
    },
    openRange: (path) => ({
      read(start, end) {
        const name = path.replace('versions/3/', '');
        reads.push(`${name} ${start}`);
        return Promise.resolve(built.parts.get(name)!.subarray(start, end));
      },
    }),
  };
  const open = () => openIndex('memory:', { location: () => location });
  return { reads, open };
}

describe('opening an index', () => {
  it('takes one read, and an item the next, where the manifest goes with current.json', async () => {
    const { reads, open } = published(withHeads);
    const index = await open();
    assert.deepEqual(reads, ['current.json']);
    assert.equal(await index.has('salt'), true);
    assert.deepEqual(reads.slice(1), ['items.pages 1024']);
    await index.lookup('salt');
    assert.ok(!reads.some((read) => read.endsWith(' 0')), reads.join(', '));
  });

  it('reads headers where the manifest has none', async () => {
    const { reads, open } = published(built.manifest);
    const index = await open();
    assert.equal(await index.has('salt'), true);
    assert.deepEqual(reads, ['current.json', 'items.pages 0', 'items.pages 1024']);
  });

  it('refuses a head that is not base64, too long, of another part, or damaged', async () => {
    const damaged = headOf('items.pages');
    damaged[40]! ^= 1;
    const heads: [unknown, RegExp][] = [
      ['@', /expected parts\[0\]\.head to be text like/],
      [7, /expected parts\[0\]\.head to be text like/],
      ['AAA', /expected parts\[0\]\.head to be base64 of at most 65536 bytes/],
      ['AAAA'.repeat(22_000), /expected parts\[0\]\.head to be base64 of at most 65536 bytes/],
      [headOf('buckets-0.pages').toString('base64'), /expected part items as index\.json says/],
      [damaged.toString('base64'), /header checksum/],
    ];
    assert.equal(parts[0]!.name, 'items.pages');
    for (const [head, message] of heads) {
      const { open } = published({
        ...withHeads,
        parts: [{ ...parts[0], head }, ...parts.slice(1)],
      });
      const found = async () => await (await open()).has('salt');
      await assert.rejects(
        found,
        (error) => error instanceof IndexFormatError && message.test(error.message),
        String(message),
      );
    }
  });

  it('refuses the manifest of another version', async () => {
    const { open } = published({ ...withHeads, version: 4 });
    await assert.rejects(open, /expected version 3 of tiny as current\.json says, got version 4/);
  });
});
