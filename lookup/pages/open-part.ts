import type { VersionManifest } from '../check-manifest.ts';
import { type Delta, DELTA_PART, readDelta } from '../delta.ts';
import { IndexFormatError } from '../index-errors.ts';
import { DELTA_LISTS_PART } from './later-lists.ts';
import { type ExpectedPart, openPageFile, type PageFile } from './page-file.ts';
import type { PageHeader } from './page-header.ts';
import type { RangeReader } from '../ranges/range-reader.ts';
import type { ReadMeter } from '../ranges/read-meter.ts';

interface WantedPart {
  part: PageHeader['part'];
  table: number;
  openReader: (name: string) => RangeReader;
  keep: number;
  /** Of lists: those that came with the delta. */
  ofDelta?: boolean;
  meter?: ReadMeter | undefined;
}

/** Opens a page file of a version. Throws IndexFormatError where it is not as `index.json` says. */
export async function openPart(
  manifest: VersionManifest,
  { part, table, openReader, keep, ofDelta, meter }: WantedPart,
): Promise<PageFile> {
  const own = part === 'buckets' ? `buckets-${table}.pages` : `${part}.pages`;
  const name = ofDelta ? DELTA_LISTS_PART : own;
  const listed = listedPart(manifest, name);
  const { tables, bits, payloads, delta } = manifest;
  const items = ofDelta ? (delta?.listed ?? 0) : (delta?.base ?? manifest.items);
  const identity = (ofDelta && delta?.identity) || manifest.identity;
  const expected: ExpectedPart = {
    part,
    tables,
    table,
    codeBytes: bits / 8,
    payloads,
    items,
    bytes: listed.bytes,
    identity,
  };
  const from = { reader: openReader(name), head: listed.head };
  const file = await openPageFile(name, from, expected, keep, meter);
  if (manifest.kind === 'word' && file.header.keys !== 'utf8')
    throw new IndexFormatError(name, 11, 'keys 1 (UTF-8) for words', file.header.keys);
  return file;
}

/** The delta of a version that has one. Throws IndexFormatError. */
export async function openDelta(
  manifest: VersionManifest,
  openReader: (name: string) => RangeReader,
  meter?: ReadMeter,
): Promise<Delta | undefined> {
  const { tables, bits, payloads, items, identity, delta } = manifest;
  if (!delta) return undefined;
  const { bytes } = listedPart(manifest, DELTA_PART);
  const expected = {
    facts: delta,
    tables,
    codeBytes: bits / 8,
    payloads,
    items,
    bytes,
    identity,
    own: delta.identity,
  };
  return await readDelta(openReader(DELTA_PART), expected, meter);
}

function listedPart({ parts }: VersionManifest, name: string): VersionManifest['parts'][number] {
  const listed = parts.find((candidate) => candidate.name === name);
  if (!listed)
    throw new IndexFormatError(
      'index.json',
      undefined,
      `a part ${name}`,
      parts.map((candidate) => candidate.name).join(', ') || 'none',
    );
  return listed;
}
