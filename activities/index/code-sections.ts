import { crc32 } from 'node:zlib';
import type { CollectedCodes } from '../../kernels/pages/collect-codes.ts';
import {
  joinSections,
  partitionCodes,
  sectionBytes,
  type SectionShape,
  type SectionSize,
} from '../../kernels/pages/partition-codes.ts';
import type { ItemBlock } from '../../kernels/pages/run.ts';
import { Failure } from '../../schemas/failures.ts';
import type { Artifact, PartToWrite } from '../../store/artifacts.ts';
import { writeFileOf } from '../stage/scratch-file.ts';
import type { ExportPlan } from './name-export.ts';

const SECTIONS = 'codes.sections';
const INDEX = 'codes.index';
/** f64 each: where a section begins, its places, bytes of its keys, of its payloads, its CRC-32. */
const INDEX_FIELDS = 5;
const ROW_BYTES = 8 * INDEX_FIELDS;

/**
 * The codes of a range of items by cells. Sections lie by ranges of codes, in them by set, in these
 * by cell: what one reads lies together.
 */
export async function writeSections(
  block: ItemBlock,
  plan: ExportPlan,
  sets: number,
  place: (name: string) => string,
): Promise<PartToWrite[]> {
  const { sizes, sections } = partitionCodes(
    block,
    shapeOf(plan),
    boundsOf(plan),
    plan.tables,
    sets,
  );
  const rows: number[] = [];
  let at = 0;
  function* inOrder() {
    const { ranges, itemBlocks } = plan;
    for (let range = ranges.indexOf(itemBlocks); range + 1 < ranges.length; range++) {
      for (let set = 0; set < sets; set++) {
        for (let cell = ranges[range]!; cell < ranges[range + 1]!; cell++) {
          const section = (cell - itemBlocks) * sets + set;
          const { places, keyBytes, payloadBytes } = sizes[section]!;
          const bytes = sections[section]!;
          rows.push(at, places, keyBytes, payloadBytes, crc32(bytes));
          at += bytes.length;
          yield bytes;
        }
      }
    }
  }
  await writeFileOf(place(SECTIONS), inOrder());
  const index = new Uint8Array(Float64Array.from(rows).buffer);
  const count = rows.length / INDEX_FIELDS;
  return [
    { name: SECTIONS, file: place(SECTIONS), rows: count },
    { name: INDEX, bytes: index, rows: count },
  ];
}

/**
 * The codes of cells [from, to), a range of the plan, that ranges of items have left in a set.
 * Throws IntegrityError on sections that are not as they were written.
 */
export async function collectCodes(
  items: readonly Artifact[],
  plan: ExportPlan,
  { from, to, set, sets }: { from: number; to: number; set: number; sets: number },
): Promise<CollectedCodes> {
  const shape = shapeOf(plan);
  const cells = to - from;
  const firstRow = from * sets + set * cells;
  const rows: { start: number; size: SectionSize; crc: number }[][] = [];
  for (const range of items) {
    const whole = range.manifest.parts.find(({ name }) => name === SECTIONS)!.bytes;
    const index = new Float64Array(
      new Uint8Array(
        await range.partRange(INDEX, firstRow * ROW_BYTES, (firstRow + cells) * ROW_BYTES),
      ).buffer,
    );
    let end = index[0]!;
    rows.push(
      Array.from({ length: cells }, (_, cell) => {
        const [start, places, keyBytes, payloadBytes, crc] = index.subarray(
          cell * INDEX_FIELDS,
          (cell + 1) * INDEX_FIELDS,
        ) as unknown as [number, number, number, number, number];
        const size = { places, keyBytes, payloadBytes };
        if (start !== end || !(start >= 0) || Math.min(places, keyBytes, payloadBytes) < 0)
          throw damaged(range, from + cell);
        end += sectionBytes(shape, size);
        if (!(end <= whole)) throw damaged(range, from + cell);
        return { start, size, crc };
      }),
    );
  }
  const total = (cell: number, of: keyof SectionSize) =>
    rows.reduce((sum, row) => sum + row[cell]!.size[of], 0);
  const joined = joinSections(
    shape,
    Array.from({ length: cells }, (_, cell) => ({
      places: total(cell, 'places'),
      keyBytes: total(cell, 'keyBytes'),
      payloadBytes: total(cell, 'payloadBytes'),
    })),
  );
  for (const [at, row] of rows.entries()) {
    const start = row[0]!.start;
    const bytes = await items[at]!.partRange(
      SECTIONS,
      start,
      row.reduce((end, { size }) => end + sectionBytes(shape, size), start),
    );
    for (const [cell, { start: first, size, crc }] of row.entries()) {
      const own = bytes.subarray(first - start, first - start + sectionBytes(shape, size));
      if (crc32(own) !== crc) throw damaged(items[at]!, from + cell);
      joined.add(cell, size, own);
    }
  }
  return joined.finish();
}

export const boundsOf = ({ bounds }: ExportPlan): Uint8Array[] =>
  bounds.map((bound) => Buffer.from(bound, 'hex'));

const damaged = ({ reference: { stage, key } }: Artifact, cell: number) =>
  new Failure(
    'IntegrityError',
    `the codes of cell ${cell} in artifacts/${stage}/${key} are not as they were written; ` +
      'delete that folder and run the reindex again',
  );

const shapeOf = ({ bits, kind, hasPayloads }: ExportPlan): SectionShape => ({
  codeBytes: bits / 8,
  idsAlone: kind === 'int64',
  hasPayloads,
});
