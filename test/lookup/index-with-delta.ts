import {
  checkManifest,
  type Delta,
  DELTA_PART,
  loadItems,
  openPart,
  parseDelta,
} from '@hashloom/lookup/internal';
import { changeItems, type CodedItem } from '../../activities/append/change-items.ts';
import { buildDelta } from '../../kernels/pages/build-delta.ts';
import type { IndexInMemory } from './index-in-memory.ts';

const OWN = 'ab'.repeat(16);

/** Base parts, and a delta beside them. */
export async function withDelta(
  base: IndexInMemory,
  before: Delta | undefined,
  change: { deleted: string[]; added: CodedItem[] },
) {
  const manifest = checkManifest(base.manifest);
  const { tables } = manifest;
  const codeBytes = manifest.bits / 8;
  const reader = (name: string) => ({
    read: (start: number, end: number) => Promise.resolve(base.parts.get(name)!.slice(start, end)),
  });
  const loaded = await loadItems(
    await openPart(manifest, { part: 'items', table: 0, openReader: reader, keep: 1 }),
  );
  const { removed, added, counts } = changeItems(loaded, before, { ...change, tables, codeBytes });
  const bytes = buildDelta({
    keys: loaded.keys.kind,
    tables,
    codeBytes,
    baseItems: manifest.items,
    baseIdentity: Buffer.from(manifest.identity, 'hex'),
    identity: Buffer.from(OWN, 'hex'),
    removed,
    added,
    payloads: manifest.payloads,
  });
  const facts = { base: manifest.items, added: added.length, removed: removed.length };
  const items = manifest.items - removed.length + added.length;
  const index = {
    manifest: {
      ...base.manifest,
      format: 2,
      items,
      delta: facts,
      parts: [
        ...base.manifest.parts,
        { name: DELTA_PART, path: DELTA_PART, bytes: bytes.length, rows: added.length, sha256: '' },
      ],
      lineage: [{ stage: 'append', key: OWN }, ...base.manifest.lineage],
    },
    parts: new Map([...base.parts, [DELTA_PART, bytes]]),
  };
  const delta = parseDelta(bytes, {
    facts,
    tables,
    codeBytes,
    payloads: manifest.payloads,
    items,
    bytes: bytes.length,
    identity: manifest.identity,
    own: OWN,
  });
  return { index, delta, counts };
}
