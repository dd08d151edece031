import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildIndex, words } from '../lookup/index-in-memory.ts';

/** Publishes an index of five spices to `folder`: pepper and salt share a bucket in table 0. */
export async function writeTinyIndex(folder: string): Promise<void> {
  const { parts, manifest } = buildIndex({
    keys: words('mace', 'pepper', 'salt', 'sugar', 'thyme'),
    // (V, L, w) = (5, 2, 1).
    codes: Uint8Array.of(0x10, 0x01, 0xa5, 0x02, 0xa5, 0x03, 0xf0, 0x04, 0xa4, 0x7f),
    tables: 2,
    codeBytes: 1,
  });
  const version = join(folder, 'versions', '3');
  await mkdir(version, { recursive: true });
  for (const [name, bytes] of parts) await writeFile(join(version, name), bytes);
  await writeFile(join(version, 'index.json'), JSON.stringify(manifest));
  const current = { format: 1, index: 'tiny', version: 3, path: 'versions/3' };
  await writeFile(join(folder, 'current.json'), JSON.stringify(current));
}
