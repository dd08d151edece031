import { itemPageBytes } from '../../kernels/pages/build-pages.ts';
import type { KeyEnd, MergedEntry } from '../../kernels/pages/merge-entries.ts';
import { varintBytes } from '../../format/varint.ts';
import { DEFAULT_PAGE_BYTES, type PageFileFacts } from '../../kernels/pages/layout.ts';
import { finalBytes, writeLargeEntry } from '../../kernels/pages/run.ts';
import type { Artifact } from '../../store/artifacts.ts';
import { mergeRuns } from './merge-runs.ts';
import type { ExportPlan } from './name-export.ts';

/** Merges the runs of ranges to a page file. Returns its entries. */
export async function mergePages(
  name: string,
  file: string,
  ranges: readonly Artifact[],
  plan: ExportPlan,
  identity: Uint8Array,
  onProgress: (done: number, total: number) => void,
): Promise<number> {
  const run = name.slice(0, -'.pages'.length);
  const sum = (fact: string) =>
    ranges.reduce((total, { manifest }) => total + Number(manifest.facts[fact]), 0);
  const entries = sum(`${run}.entries`);
  const overflowBytes = sum(`${run}.listBytes`);
  const facts = factsOf(
    name,
    plan,
    identity,
    sum('payloadBytes'),
    Math.max(0, ...ranges.map(({ manifest }) => Number(manifest.facts[`${run}.largest`]))),
  );
  const bases: number[] = [];
  let bytes = sum(`${run}.bytes`);
  for (let at = 0, base = 0; at < ranges.length; at++) {
    bases.push(base);
    bytes += await offsetBytes(ranges[at]!, `${run}.large`, base);
    base += Number(ranges[at]!.manifest.facts[`${run}.listBytes`]);
  }
  const runs = {
    facts,
    open: () =>
      ranges.map((range, at) => ({ chunks: range.partStream(`${run}.run`), base: bases[at]! })),
    keyEnd: keyEndOf(facts),
    entries,
    bytes,
    overflowBytes,
    finalBytes: (entry: MergedEntry) =>
      finalBytes(entry.bytes, entry.start, entry.end, entry.isLarge, entry.base),
    writeLarge: (entry: MergedEntry, seed: number, out: Uint8Array) =>
      writeLargeEntry(entry.bytes, entry.start, entry.end, entry.base, seed, out),
    overflow: async function* () {
      for (const range of ranges)
        if (Number(range.manifest.facts[`${run}.listBytes`]) > 0)
          yield* range.partStream(`${run}.lists`);
    },
  };
  await mergeRuns(file, runs, onProgress);
  return entries;
}

function factsOf(
  name: string,
  { items, tables, bits, kind, hasPayloads }: ExportPlan,
  identity: Uint8Array,
  payloadBytes: number,
  largest: number,
): PageFileFacts {
  const shape = {
    keys: kind,
    tables,
    codeBytes: bits / 8,
    payloads: hasPayloads,
    items,
    identity,
  } as const;
  if (name === 'items.pages')
    return {
      ...shape,
      part: 'items',
      table: 0,
      pageBytes: itemPageBytes((tables * bits) / 8, payloadBytes, items, largest),
    };
  return {
    ...shape,
    part: 'buckets',
    table: Number(/\d+/.exec(name)![0]),
    pageBytes: DEFAULT_PAGE_BYTES,
  };
}

/** Bytes of the varints of offsets of lists that lie elsewhere. */
async function offsetBytes(range: Artifact, part: string, base: number): Promise<number> {
  if (!range.manifest.parts.some(({ name }) => name === part)) return 0;
  const bytes = await range.part(part);
  return new Float64Array(new Uint8Array(bytes).buffer).reduce(
    (sum, offset) => sum + varintBytes(base + offset),
    0,
  );
}

function keyEndOf({ part, codeBytes, tables, payloads }: PageFileFacts): KeyEnd {
  if (part === 'buckets') return (_bytes, start) => start + codeBytes;
  const tail = 4 + tables * codeBytes;
  if (!payloads) return (_bytes, _start, end) => end - tail;
  return (bytes, _start, end) =>
    end - tail - 2 - (bytes[end - tail - 2]! | (bytes[end - tail - 1]! << 8));
}
