import { CELL, codesToAskWith } from '../../format/code-roles.ts';
import { hammingDistance } from '../hamming/hamming-scan.ts';
import { readCode } from '../pages/load-items.ts';
import type { VersionReader } from '../version-reader.ts';

/** The codes that are asked with, as words of 32 bits. */
export interface AskedCodes {
  /** By table: w bytes; undefined where the query has none, or none is compared. */
  bytes: readonly (Uint8Array | undefined)[];
  /** By table: the bucket that is looked into first; undefined where there is none. */
  buckets: readonly (Uint8Array | undefined)[];
  /** The same as W words. */
  codes: readonly (Uint32Array | undefined)[];
  /** Of all codes together: what a distance is a share of. */
  bits: number;
  /** Codes of a trained index meet those of any table. */
  isShared: boolean;
}

/** Of the codes of an item, (L, w), or of one code of one table. */
export function askedCodes(
  bytes: readonly (Uint8Array | undefined)[],
  codeBytes: number,
  isShared: boolean,
): AskedCodes {
  const codes = bytes.map((code) => code && wordsOf(code, codeBytes));
  const given = codes.filter((code) => code !== undefined).length;
  return { bytes, buckets: bytes, codes, bits: given * codeBytes * 8, isShared };
}

/**
 * What an item asks with, of its codes (L, w): all of them, or where they have roles its asking
 * code, which is compared with the answering codes of others, and the bucket of its cell.
 */
export function codesOfItem(
  codes: Uint8Array,
  { codeBytes, isShared, manifest }: Pick<VersionReader, 'codeBytes' | 'isShared' | 'manifest'>,
): AskedCodes {
  const byTable = codesByTable(codes, codeBytes);
  const { hasRoles } = manifest;
  const asked = askedCodes(codesToAskWith(byTable, hasRoles), codeBytes, isShared);
  return hasRoles ? { ...asked, buckets: [byTable[CELL]] } : asked;
}

/** Codes laid end to end, table by table. */
export function codesByTable(codes: Uint8Array, codeBytes: number): Uint8Array[] {
  return Array.from({ length: codes.length / codeBytes }, (_, table) =>
    codes.subarray(table * codeBytes, (table + 1) * codeBytes),
  );
}

/** A code as words. */
export function wordsOf(code: Uint8Array, codeBytes: number): Uint32Array {
  const words = new Uint32Array(Math.ceil(codeBytes / 4));
  readCode(code, 0, codeBytes, words, 0);
  return words;
}

/**
 * Bits that differ over all codes that are asked: table by table, or where codes are shared each
 * from the nearest of the item's.
 */
export function distanceOf(
  { codes, isShared }: AskedCodes,
  itemCodes: readonly Uint32Array[],
): number {
  let sum = 0;
  for (let table = 0; table < codes.length; table++) {
    const code = codes[table];
    if (!code) continue;
    if (!isShared) sum += hammingDistance(code, 0, itemCodes[table]!, 0, code.length);
    else {
      let least = Infinity;
      for (const own of itemCodes)
        least = Math.min(least, hammingDistance(code, 0, own, 0, code.length));
      sum += least;
    }
  }
  return sum;
}
