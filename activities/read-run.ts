import { BLOCKS, RUN_ROWS } from '../schemas/tables.ts';
import { Failure } from '../schemas/failures.ts';
import type { Artifact } from '../store/artifacts.ts';
import { type CountsBlock, decodeBlock } from '../store/counts-file.ts';
import { decodeParquet } from '../store/parquet.ts';

/** A sorted run of counts whose entries are read where they are needed. */
export interface Run {
  /** The rows that have entries, by the run's own ids, and where those end. */
  rows: Int32Array;
  ends: Float64Array;
  where: string;
  artifact: Artifact;
  name: string;
  blocks: CountsBlock[];
  /** (blocks + 1): where each begins, in entries. */
  starts: Float64Array;
}

/** Opens run `number` of an artifact: its index alone is read. */
export async function openRun(artifact: Artifact, number: number): Promise<Run> {
  const id = String(number).padStart(5, '0');
  const where = `run ${id} of ${artifact.reference.stage}/${artifact.reference.key}`;
  const { row, end } = await decodeParquet(await artifact.part(`rows-${id}.parquet`), RUN_ROWS, `rows of ${where}`);
  const table = await decodeParquet(await artifact.part(`blocks-${id}.parquet`), BLOCKS, `blocks of ${where}`);
  const blocks = Array.from(table.entries, (entries, at) => ({
    entries: Number(entries),
    columnsAt: Number(table.columnsAt[at]),
    sumsAt: Number(table.sumsAt[at]),
    columnsCrc: Number(table.columnsCrc[at]),
    sumsCrc: Number(table.sumsCrc[at]),
  }));
  const starts = new Float64Array(blocks.length + 1);
  for (const [at, { entries }] of blocks.entries()) starts[at + 1] = starts[at]! + entries;
  if ((end.at(-1) ?? 0) !== starts[blocks.length]) {
    throw new Failure('IntegrityError', `${where}: its rows end at entry ${end.at(-1) ?? 0}, its blocks at ${starts[blocks.length]}; delete the artifact's folder and run the reindex again`);
  }
  return { rows: row, ends: end, where, artifact, name: `run-${id}.parquet`, blocks, starts };
}

/** Reads a run forward, a block in memory at a time; blocks hold whole rows. */
export interface RunCursor {
  /** The entries of row number `at` of `run.rows`; `at` rises from call to call. Views, good until the next call. */
  read(at: number): Promise<{ columns: Uint32Array; sums: BigUint64Array }>;
  /** Whether `read(at)` needs no reading. */
  has(at: number): boolean;
  /** The same without a promise, where `has(at)`. */
  take(at: number): { columns: Uint32Array; sums: BigUint64Array };
}

export function openCursor(run: Run): RunCursor {
  const { ends, starts, blocks } = run;
  let block = -1;
  let loaded: { columns: Uint32Array; sums: BigUint64Array } = { columns: new Uint32Array(0), sums: new BigUint64Array(0) };
  const startOf = (at: number) => (at === 0 ? 0 : ends[at - 1]!);
  const has = (at: number) => block >= 0 && startOf(at) >= starts[block]! && startOf(at) < starts[block + 1]!;
  function take(at: number) {
    const [from, to] = [startOf(at) - starts[block]!, ends[at]! - starts[block]!];
    return { columns: loaded.columns.subarray(from, to), sums: loaded.sums.subarray(from, to) };
  }
  return {
    has,
    take,
    async read(at) {
      if (!has(at)) {
        while (block < 0 || startOf(at) >= starts[block + 1]!) block += 1;
        const { columnsAt, sumsAt, entries } = blocks[block]!;
        const bytes = await run.artifact.partRange(run.name, columnsAt, sumsAt + 8 * entries);
        loaded = decodeBlock(blocks[block]!, bytes.subarray(0, 4 * entries), bytes.subarray(sumsAt - columnsAt), run.where);
      }
      return take(at);
    },
  };
}
