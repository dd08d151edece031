import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import { boundCrc, crc32c } from '../../format/checksum.ts';
import { IndexFormatError } from '@hashloom/lookup';
import { DELTA_PART } from '@hashloom/lookup/internal';
import { RandomStream } from '../../kernels/numbers/random.ts';
import {
  buildIndex,
  IDENTITY,
  type IndexInMemory,
  openCounting,
  texts,
  words,
} from './index-in-memory.ts';
import { withDelta } from './index-with-delta.ts';

const WORDS = Array.from({ length: 400 }, (_, i) => `w${i}${'é'.repeat(i % 4)}`).sort((a, b) =>
  Buffer.compare(Buffer.from(a), Buffer.from(b)),
);
const CHANGES = 20;
/**
 * The index, another one, and that as a version of other content has it: one with the same identity
 * no export would make.
 */
const familyOf = async (told: boolean) => ({
  built: await changedIndex(1, told),
  other: await changedIndex(2, told),
  stranger: await changedIndex(2, told, 'f'.repeat(32)),
});
const plain = await familyOf(false);
/** With payloads, and codes that meet across tables. */
const told = await familyOf(true);
/** `npm run test:fuzz` takes 100,000. */
const RUNS = Number(process.env['HASHLOOM_FUZZ_RUNS'] ?? 2500);
/** Of the base, moved, gone, new, and not there. */
const QUERIES = ['w0', 'w17é', 'w399ééé', 'w5é', 'v3', 'nothing'];

/**
 * 400 words, codes of which a quarter share one bucket, so that inline lists, spilled pages and
 * overflow all occur.
 */
function smallIndex(seed: number, told: boolean, identity = IDENTITY): IndexInMemory {
  const stream = new RandomStream(seed, 1);
  const codes = Uint8Array.from(
    { length: WORDS.length * 2 * 2 },
    () => stream.below(3) * stream.below(8),
  );
  return buildIndex({
    keys: words(...WORDS),
    codes,
    tables: 2,
    codeBytes: 2,
    pageBytes: told ? 1024 : 512,
    identity,
    shared: told,
    ...(told && { payloads: texts(WORDS.map((word, i) => word.repeat(i % 4))) }),
  });
}

/** The same with a delta: some words are gone, some have codes of their own, some are new. */
async function changedIndex(
  seed: number,
  told: boolean,
  identity = IDENTITY,
): Promise<IndexInMemory> {
  const base = smallIndex(seed, told, identity);
  const code = (n: number) => Uint8Array.of(n % 3, 0, n % 5, 0);
  const added = Array.from({ length: CHANGES }, (_, n) => ({
    key: n % 2 === 0 ? WORDS[9 * n + 5]! : `v${n}`,
    code: code(n),
    ...(told && { payload: `new ${n}` }),
  }));
  const deleted = Array.from({ length: CHANGES }, (_, n) => WORDS[11 * n + 7]!);
  const { index } = await withDelta(base, undefined, { deleted, added });
  return index;
}

async function answers(index: {
  manifest: unknown;
  parts: Map<string, Uint8Array>;
}): Promise<string> {
  const opened = openCounting(index, 4).index;
  const all = [];
  for (const query of QUERIES) all.push(await opened.lookup(query));
  all.push(await opened.lookupCode(0, '0000'));
  const resident = await opened.load();
  for (const query of QUERIES) all.push(resident.lookup(query));
  all.push(await opened.within('w17é', 3), await opened.nearest('w0', 5));
  return JSON.stringify(all);
}

/** One damage of a kind that disks, networks and people do. */
function damage(stream: RandomStream, bytes: Uint8Array, stranger: Uint8Array): Uint8Array {
  const copy = bytes.slice();
  const at = stream.below(copy.length);
  switch (stream.below(8)) {
    case 0:
      copy[at]! ^= 1 << stream.below(8);
      return copy;
    case 1:
      copy[at] = stream.below(256);
      return copy;
    case 2:
      return copy.slice(0, at);
    case 3:
      return copy.fill(stream.below(2) * 255, at, at + stream.below(600));
    case 4:
      copy.copyWithin(at, stream.below(copy.length), stream.below(copy.length));
      return copy;
    case 5: {
      const page = 512 * stream.below(copy.length / 512);
      copy.set(stranger.subarray(page, page + 512).subarray(0, copy.length - page), page);
      return copy;
    }
    case 6: {
      const longer = new Uint8Array(copy.length + 1 + stream.below(1000));
      longer.set(copy);
      return longer;
    }
    default:
      copy[stream.below(128)] = stream.below(256);
      return copy;
  }
}

/**
 * Makes every checksum of a part right again, so that what stands behind them must hold on its own.
 */
function forgeChecksums(name: string, bytes: Uint8Array, pageBytes: number): void {
  const view = new DataView(bytes.buffer);
  if (bytes.length < 128) return;
  if (name === DELTA_PART) {
    view.setUint32(120, crc32c(bytes, 128, bytes.length), true);
    view.setUint32(124, crc32c(bytes, 0, 124), true);
    return;
  }
  view.setUint32(124, crc32c(bytes, 0, 124), true);
  const headerCrc = view.getUint32(124, true);
  for (let at = pageBytes; at + pageBytes <= bytes.length; at += pageBytes)
    view.setUint32(at, boundCrc(bytes, at + 4, at + pageBytes, headerCrc), true);
}

for (const [name, { built, other, stranger }, pageBytes] of [
  ['a mutated index', plain, 512],
  ['a mutated index with payloads and shared buckets', told, 1024],
] as const)
  describe(`${name}, ${RUNS / 2} times`, () => {
    const RUN = RUNS / 2;
    // Readers of lookups know that part is there and do not read it.
    const names = [...built.parts.keys()].filter((part) => built.parts.get(part)!.length > 0);
    it('gives the right answers or IndexFormatError, never anything else', async () => {
      const stream = new RandomStream(11, 1);
      const right = await answers(built);
      let refused = 0;
      for (let run = 0; run < 0.6 * RUN; run++) {
        const name = names[stream.below(names.length)]!;
        const parts = new Map(built.parts);
        parts.set(name, damage(stream, built.parts.get(name)!, stranger.parts.get(name)!));
        try {
          assert.equal(
            await answers({ manifest: built.manifest, parts }),
            right,
            `run ${run}, ${name}`,
          );
        } catch (error) {
          if (!(error instanceof IndexFormatError)) throw error;
          refused++;
        }
      }
      assert.ok(refused > 0.2 * RUN && refused < 0.6 * RUN, `${refused} refused`);
    });

    it('with forged checksums stays within the index', async () => {
      const stream = new RandomStream(12, 1);
      let refused = 0;
      for (let run = 0; run < 0.4 * RUN; run++) {
        const name = names[stream.below(names.length)]!;
        const parts = new Map(built.parts);
        const bytes = damage(stream, built.parts.get(name)!, other.parts.get(name)!);
        if (stream.below(2) === 0) {
          // Structure is where checksums would hide most: slots, counts, lengths.
          const page =
            name === DELTA_PART
              ? 124
              : pageBytes * (1 + stream.below(Math.max(1, bytes.length / pageBytes - 1)));
          for (let n = stream.below(4); n >= 0; n--)
            if (page + 60 < bytes.length) bytes[page + 4 + stream.below(56)] = stream.below(256);
        }
        forgeChecksums(name, bytes, pageBytes);
        parts.set(name, bytes);
        const opened = openCounting({ manifest: built.manifest, parts }, 4).index;
        try {
          const resident = await opened.load();
          for (const query of QUERIES) {
            const { id, items } = resident.lookup(query);
            assert.ok(
              (id === null || id < built.manifest.items) && items.length <= built.manifest.items,
            );
            if (id !== null)
              assert.ok(
                resident.within(id, 2).numbers.every((number) => number < built.manifest.items),
              );
          }
        } catch (error) {
          if (!(error instanceof IndexFormatError)) throw error;
        }
        for (const query of QUERIES) {
          try {
            const { id, items } = await opened.lookup(query);
            assert.ok(id === null || (id >= 0 && id < 2 * WORDS.length), `${id}`);
            assert.ok(items.length <= 2 * WORDS.length);
          } catch (error) {
            if (!(error instanceof IndexFormatError)) throw error;
            refused++;
          }
        }
      }
      assert.ok(refused > 0.1 * RUN, `${refused} refused`);
    });

    it(
      'is refused where parts of two versions are mixed, parts are swapped, or a part is ' +
        'missing',
      async () => {
        const swap = (from: IndexInMemory, ...names: string[]) =>
          new Map([...built.parts, ...names.map((name) => [name, from.parts.get(name)!] as const)]);
        const { manifest } = built;
        await assert.rejects(
          answers({
            manifest,
            parts: new Map([
              ...built.parts,
              ['buckets-0.pages', built.parts.get('buckets-1.pages')!],
            ]),
          }),
          /buckets-0\.pages at byte 13: expected table 0/,
        );
        await assert.rejects(
          answers({
            manifest,
            parts: new Map([...built.parts, ['items.pages', built.parts.get('buckets-1.pages')!]]),
          }),
          /items\.pages at byte 10: expected part items/,
        );
        await assert.rejects(
          answers({
            manifest: { ...manifest, parts: manifest.parts.slice(1) },
            parts: built.parts,
          }),
          /a part items\.pages, got buckets-0\.pages, buckets-1\.pages, /,
        );
        await assert.rejects(
          answers({
            manifest: {
              ...manifest,
              lineage: [manifest.lineage[0], { stage: 'export', key: 'f'.repeat(32) }],
            },
            parts: built.parts,
          }),
          /at byte 64: expected identity f+ as index\.json says/,
        );
        // The same identity on other content, as no export would do: contradiction or another size,
        // never another answer in silence.
        await assert.rejects(
          answers({ manifest, parts: swap(other, 'buckets-0.pages', 'buckets-1.pages') }),
          IndexFormatError,
        );
        const future = built.parts.get('items.pages')!.slice();
        future[8] = 2;
        await assert.rejects(
          answers({ manifest, parts: new Map([...built.parts, ['items.pages', future]]) }),
          /format version 1, got 2; a newer reader may know it/,
        );
      },
    );
  });
