import { crc32c } from '../format/checksum.ts';
import { u16, u32 } from '../format/little-endian.ts';
import { hex } from './pages/page-header.ts';

/** How a file of an index begins: magic bytes, then a version, and a checksum of what is before. */
export interface FileHeader {
  magic: Iterable<number>;
  version: number;
  at: { version: number; crc: number };
}

/** Calls `refuse` on other magic bytes, another format version, or a checksum that is wrong. */
export function checkFileHeader(
  bytes: Uint8Array,
  { magic, version, at }: FileHeader,
  refuse: (offset: number, expected: string, actual: unknown) => never,
): void {
  const expected = Uint8Array.from(magic);
  const found = hex(bytes.subarray(0, expected.length));
  if (found !== hex(expected)) refuse(0, `the magic bytes ${hex(expected)}`, found);
  const own = u16(bytes, at.version);
  if (own !== version)
    refuse(at.version, `format version ${version}`, `${own}; a newer reader may know it`);
  const crc = crc32c(bytes, 0, at.crc);
  if (crc !== u32(bytes, at.crc)) refuse(at.crc, `header checksum ${crc}`, u32(bytes, at.crc));
}
