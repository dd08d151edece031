import {
  existsSync,
  mkdirSync,
  openSync,
  writeSync,
  closeSync,
  writeFileSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { buildBuckets } from '../../kernels/codes/build-buckets.ts';
import { buildBucketPages, buildItemPages } from '../../kernels/pages/build-pages.ts';
import type { KeyColumn } from '../../kernels/pages/keys.ts';
import type { PageFile } from '../../kernels/pages/layout.ts';
import { RandomStream } from '../../kernels/numbers/random.ts';

interface Fixture {
  folder: string;
  /** (V, L, w). */
  codes: Uint8Array;
  keys: KeyColumn;
  /** Bytes of all page files, and of the codes and keys in them. */
  pageBytes: number;
  rawBytes: number;
}

/**
 * `uniform`: independent codes. `learned`: items gather around centres, two thirds on one exactly,
 * as codes of a trained model do.
 */
export function fixtureCodes(
  kind: string,
  items: number,
  tables: number,
  codeBytes: number,
  seed: number,
): Uint8Array {
  const stream = new RandomStream(seed, 1);
  const codes = new Uint8Array(items * tables * codeBytes);
  const words = new Uint32Array(codes.buffer);
  if (kind === 'uniform') {
    for (let i = 0; i < words.length; i++) words[i] = stream.u32();
    return codes;
  }
  const centres = Math.max(1, Math.floor(items / 8));
  const wide = codeBytes / 4;
  const palette = Uint32Array.from({ length: centres * tables * wide }, () => stream.u32());
  for (let item = 0; item < items; item++) {
    for (let table = 0; table < tables; table++) {
      // The square makes some centres much more common than others.
      const u = stream.u32() / 0x1_0000_0000;
      const from = (Math.floor(u * u * centres) * tables + table) * wide;
      const to = (item * tables + table) * wide;
      for (let k = 0; k < wide; k++) words[to + k] = palette[from + k]!;
      if (stream.below(3) === 0)
        for (let flips = 1 + stream.below(4); flips > 0; flips--)
          words[to + stream.below(wide)]! ^= 1 << stream.below(32);
    }
  }
  return codes;
}

export function idKeys(items: number): KeyColumn {
  return {
    kind: 'int64',
    values: BigInt64Array.from(
      { length: items },
      (_, i) => BigInt(i) * 1_000_003n - 5_000_000_000n,
    ),
  };
}

/** Distinct words of 4 to 12 letters, in the order of their bytes. */
export function wordKeys(items: number, seed: number): { keys: KeyColumn; words: string[] } {
  const stream = new RandomStream(seed, 2);
  const set = new Set<string>();
  while (set.size < items) {
    let word = '';
    for (let length = 4 + stream.below(9); length > 0; length--)
      word += String.fromCharCode(97 + stream.below(26));
    set.add(word);
  }
  const words = [...set].sort();
  const bytes = Buffer.from(words.join(''));
  const offsets = new Uint32Array(items + 1);
  words.forEach((word, i) => (offsets[i + 1] = offsets[i]! + word.length));
  return { keys: { kind: 'utf8', offsets, bytes }, words };
}

/** Writes a version's page files and `index.json`, unless the folder has them. */
export function writeFixture(
  folder: string,
  keys: KeyColumn,
  codes: Uint8Array,
  tables: number,
  codeBytes: number,
): Fixture {
  const items = codes.length / (tables * codeBytes);
  const names = [
    'items.pages',
    ...Array.from({ length: tables }, (_, table) => `buckets-${table}.pages`),
  ];
  if (!existsSync(join(folder, 'index.json'))) {
    mkdirSync(folder, { recursive: true });
    const options = { keys, tables, identity: new Uint8Array(16).fill(7) };
    writePages(join(folder, names[0]!), buildItemPages(codes, codeBytes, options));
    for (let table = 0; table < tables; table++)
      writePages(
        join(folder, names[table + 1]!),
        buildBucketPages(buildBuckets(codes, tables, codeBytes, table), options),
      );
    const parts = names.map((name) => ({
      name,
      path: name,
      bytes: statSync(join(folder, name)).size,
      rows: items,
      sha256: '',
    }));
    const kind = keys.kind === 'utf8' ? 'word' : 'id';
    writeFileSync(
      join(folder, 'index.json'),
      JSON.stringify({
        format: 1,
        index: 'bench',
        version: 1,
        kind,
        items,
        tables,
        bits: 8 * codeBytes,
        parts,
        lineage: [{ stage: 'export', key: '07'.repeat(16) }],
      }),
    );
  }
  const keyBytes = keys.kind === 'int64' ? 8 * items : keys.bytes.length;
  return {
    folder,
    codes,
    keys,
    pageBytes: names.reduce((sum, name) => sum + statSync(join(folder, name)).size, 0),
    // items.pages holds each id with its L codes, each buckets-T.pages each id with one code.
    rawBytes: keyBytes + codes.length + tables * keyBytes + codes.length,
  };
}

function writePages(path: string, file: PageFile): void {
  const descriptor = openSync(path, 'w');
  for (const chunk of file.chunks()) writeSync(descriptor, chunk);
  closeSync(descriptor);
}
