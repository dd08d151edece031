import { CELL_MAP_AT, CELL_MAP_HEADER_BYTES, groupBytes } from '../../format/cell-map.ts';
import { u32 } from '../../format/little-endian.ts';
import { HEADER_BYTES } from '../../format/page-header.ts';
import type { ManifestPart } from '../../schemas/artifact.ts';
import type { Store } from '../../store/store.ts';

/** Of a map whose groups end later the manifest has the header alone. */
const MAX_HEAD_BYTES = 16_384;

/** Parts with their first bytes where a reader asks for these first, so that it need not. */
export async function withHeads<Part extends ManifestPart>(
  store: Store,
  parts: readonly Part[],
  placeOf: (part: Part) => string,
): Promise<(Part & { head?: string })[]> {
  return await Promise.all(
    parts.map(async (part) => {
      const most = mostHeadBytes(part.name);
      if (most === 0) return part;
      const start = await store.getRange(placeOf(part), 0, Math.min(most, part.bytes));
      if (!start) return part;
      const head = start.length === part.bytes ? start : start.subarray(0, headBytes(start, most));
      return { ...part, head: Buffer.from(head).toString('base64') };
    }),
  );
}

const CELL_MAP = 'cells.map';

function mostHeadBytes(name: string): number {
  if (name.endsWith('.pages')) return HEADER_BYTES;
  return name === CELL_MAP ? MAX_HEAD_BYTES : 0;
}

/** Of a map up to the end of its groups, or of its header where they end too late. */
function headBytes(start: Uint8Array, most: number): number {
  if (most === HEADER_BYTES) return HEADER_BYTES;
  const groups = u32(start, CELL_MAP_AT.groups) * groupBytes(u32(start, CELL_MAP_AT.dimensions));
  const end = CELL_MAP_HEADER_BYTES + groups;
  return end <= MAX_HEAD_BYTES ? end : CELL_MAP_HEADER_BYTES;
}
