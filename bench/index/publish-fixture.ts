import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pointerTo } from '../../activities/versions/current-pointer.ts';
import { withHeads } from '../../activities/versions/part-heads.ts';
import type { IndexManifest } from '../../schemas/index-manifest.ts';
import type { Store } from '../../store/store.ts';

/** What a fixture says of itself beside its parts. */
type FixtureFacts = Pick<IndexManifest, 'index' | 'kind' | 'items' | 'tables' | 'bits' | 'lineage'>;

/** Publishes parts as version 1, with the manifest and the pointer that a run would write. */
export async function publishFixture(
  store: Store,
  facts: FixtureFacts,
  files: Iterable<[name: string, chunks: Iterable<Uint8Array>]>,
): Promise<void> {
  const folder = `indexes/${facts.index}`;
  const placeOf = ({ name }: { name: string }): string => `${folder}/versions/1/${name}`;
  const parts: IndexManifest['parts'] = [];
  const scratch = mkdtempSync(join(tmpdir(), 'hashloom-bench-'));
  try {
    for (const [name, chunks] of files) {
      const file = join(scratch, name);
      const descriptor = openSync(file, 'w');
      for (const chunk of chunks) writeSync(descriptor, chunk);
      closeSync(descriptor);
      await store.putFile(placeOf({ name }), file);
      const bytes = statSync(file).size;
      // No reader looks at the digest of a whole file.
      parts.push({ name, path: name, bytes, rows: facts.items, sha256: '0'.repeat(64) });
      rmSync(file, { force: true });
    }
  } finally {
    rmSync(scratch, { recursive: true });
  }
  const manifest: IndexManifest = {
    format: 1,
    version: 1,
    ...facts,
    parts: await withHeads(store, parts, placeOf),
    configuration: {},
    metrics: {},
    codeVersion: 'bench',
    createdAt: new Date().toISOString(),
  };
  await store.put(`${folder}/versions/1/index.json`, json(manifest));
  const pointer = pointerTo(manifest, { publishedAt: manifest.createdAt });
  await store.put(`${folder}/current.json`, json(pointer));
}

const json = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value, undefined, 2));
