import { open } from 'node:fs/promises';
import { BLOCKS, RUN_ROWS } from '../../schemas/tables.ts';
import { Failure } from '../../schemas/failures.ts';
import type { Artifact, PartToWrite } from '../../store/artifacts.ts';
import {
  type CodedBlock,
  type CountsBlock,
  type CountsFile,
  splitBlock,
} from '../../store/tables/counts-file.ts';
import { decodeParquet, encodeParquet } from '../../store/tables/parquet.ts';

/** A sorted run of counts whose entries are read where they are needed. */
export interface SortedRun {
  /** The rows that have entries, by the run's own ids, and where those end. */
  rows: Int32Array;
  ends: Float64Array;
  where: string;
  blocks: CountsBlock[];
  /** (blocks + 1): where each begins, in entries. */
  starts: Float64Array;
  /** Bytes [from, to) of the run. */
  read(from: number, to: number): Promise<Uint8Array>;
}

/**
 * A run as parts NAME.parquet: its entries; NAME-rows: where each row ends; NAME-blocks: where each
 * block lies.
 */
export async function countsParts(
  { content, entries, blocks, rows, ends }: CountsFile,
  name: string,
): Promise<PartToWrite[]> {
  const integers = (value: (block: CountsBlock) => number) =>
    BigInt64Array.from(blocks, (block) => BigInt(value(block)));
  const table = {
    entries: integers((block) => block.entries),
    columnsAt: integers((block) => block.columnsAt),
    columnsBytes: integers((block) => block.columnsBytes),
    columnsCrc: integers((block) => block.columnsCrc),
    sumsAt: integers((block) => block.sumsAt),
    sumsBytes: integers((block) => block.sumsBytes),
    sumsCrc: integers((block) => block.sumsCrc),
  };
  return [
    { name: `${name}.parquet`, ...content, rows: entries },
    {
      name: `${name}-rows.parquet`,
      bytes: await encodeParquet(RUN_ROWS, { row: rows, end: ends }, { profile: 'internal' }),
      rows: rows.length,
    },
    {
      name: `${name}-blocks.parquet`,
      bytes: await encodeParquet(BLOCKS, table, { profile: 'internal' }),
      rows: blocks.length,
    },
  ];
}

/** Opens the run NAME of an artifact: its index alone is read. */
export async function openSortedRun(artifact: Artifact, name: string): Promise<SortedRun> {
  const where = `${name} of ${artifact.reference.stage}/${artifact.reference.key}`;
  const { row, end } = await decodeParquet(
    await artifact.part(`${name}-rows.parquet`),
    RUN_ROWS,
    `rows of ${where}`,
  );
  const table = await decodeParquet(
    await artifact.part(`${name}-blocks.parquet`),
    BLOCKS,
    `blocks of ${where}`,
  );
  const blocks = Array.from(table.entries, (entries, at) => ({
    entries: Number(entries),
    columnsAt: Number(table.columnsAt[at]),
    columnsBytes: Number(table.columnsBytes[at]),
    columnsCrc: Number(table.columnsCrc[at]),
    sumsAt: Number(table.sumsAt[at]),
    sumsBytes: Number(table.sumsBytes[at]),
    sumsCrc: Number(table.sumsCrc[at]),
  }));
  return indexed({
    rows: row,
    ends: end,
    blocks,
    where,
    read: (from, to) => artifact.partRange(`${name}.parquet`, from, to),
  });
}

/** A run that was just written and is no part of an artifact. */
export function sortedRunOfFile(
  { content, rows, ends, blocks }: CountsFile,
  where: string,
): SortedRun {
  const read = async (from: number, to: number) => {
    if ('bytes' in content) return content.bytes.subarray(from, to);
    const handle = await open(content.file);
    try {
      const bytes = new Uint8Array(to - from);
      const { bytesRead } = await handle.read(bytes, 0, bytes.length, from);
      return bytes.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  };
  return indexed({ rows, ends, blocks, where, read });
}

/** Bytes of the largest block, coded. */
export function largestBlock({ blocks }: SortedRun): number {
  return blocks.reduce(
    (most, { columnsBytes, sumsBytes }) => Math.max(most, columnsBytes + sumsBytes),
    0,
  );
}

function indexed(sortedRun: Omit<SortedRun, 'starts'>): SortedRun {
  const starts = new Float64Array(sortedRun.blocks.length + 1);
  for (const [at, { entries }] of sortedRun.blocks.entries())
    starts[at + 1] = starts[at]! + entries;
  const end = sortedRun.ends.at(-1) ?? 0;
  if (end !== starts[sortedRun.blocks.length]) {
    throw new Failure(
      'IntegrityError',
      `${sortedRun.where}: its rows end at entry ${end}, its blocks at ` +
        `${starts[sortedRun.blocks.length]}; delete the artifact's folder and run the ` +
        'reindex again',
    );
  }
  return { ...sortedRun, starts };
}

/**
 * The coded blocks of a run, one after the other from block `from` on; some are read ahead at once,
 * at most `aheadBytes` of them or a single one.
 */
export function readBlocks(
  sortedRun: SortedRun,
  from: number,
  aheadBytes: number,
): { at: () => number; next(): Promise<CodedBlock> | CodedBlock } {
  let block = from;
  let ahead: Uint8Array = new Uint8Array(0);
  let aheadAt = 0;
  const endOf = ({ sumsAt, sumsBytes }: CountsBlock) => sumsAt + sumsBytes;

  function take(): CodedBlock {
    const wanted = sortedRun.blocks[block++]!;
    return splitBlock(
      wanted,
      ahead.subarray(wanted.columnsAt - aheadAt, endOf(wanted) - aheadAt),
      sortedRun.where,
    );
  }

  async function read(): Promise<CodedBlock> {
    aheadAt = sortedRun.blocks[block]!.columnsAt;
    let last = block;
    while (
      last + 1 < sortedRun.blocks.length &&
      endOf(sortedRun.blocks[last + 1]!) - aheadAt <= aheadBytes
    )
      last += 1;
    ahead = await sortedRun.read(aheadAt, endOf(sortedRun.blocks[last]!));
    return take();
  }

  return {
    at: () => block,
    next() {
      const wanted = sortedRun.blocks[block];
      if (wanted === undefined)
        throw new Failure('IntegrityError', `${sortedRun.where}: an entry behind its last block`);
      return endOf(wanted) <= aheadAt + ahead.length && wanted.columnsAt >= aheadAt
        ? take()
        : read();
    },
  };
}
