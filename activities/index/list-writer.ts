import type { RankedLists } from '../../kernels/pages/collect-lists.ts';
import { LIST_ENTRIES, LISTS } from '../../schemas/tables.ts';
import { growingFile } from '../../store/growing-file.ts';
import { encodeParquet } from '../../store/tables/parquet.ts';
import { createTableWriter } from '../../store/tables/table-writer.ts';
import { concatenateInt32 } from '../affinity/load-sparse-rows.ts';
import type { ArtifactContent } from '../stage/produce-artifact.ts';

/** Writes the ranked lists of a range of rows as LISTS and LIST_ENTRIES have them. */
interface ListWriter {
  /** Lists of later rows than those before. */
  add(lists: RankedLists): void;
  /** The parts of an artifact; rows: entries of lists. */
  finish(): Promise<ArtifactContent>;
}

/** Of the lists: what is not yet in a file. */
const MAX_BYTES_IN_MEMORY = 2 ** 24;

/** Many entries go to the local file `path`. */
export function listWriter(path: string): ListWriter {
  const entries = createTableWriter(LIST_ENTRIES, growingFile(path, MAX_BYTES_IN_MEMORY));
  const rows: Int32Array[] = [];
  const relations: Int32Array[] = [];
  const sizes: Int32Array[] = [];
  const scales: Float32Array[] = [];
  return {
    add(lists) {
      rows.push(lists.rows);
      relations.push(lists.relations);
      sizes.push(lists.sizes);
      scales.push(lists.scales);
      const { neighbours: neighbour, scores: score, known } = lists;
      entries.add({ neighbour, score, known }, neighbour.length);
    },
    async finish() {
      const { content, rows: count } = entries.finish();
      const lists = {
        row: concatenateInt32(rows),
        relation: concatenateInt32(relations),
        size: concatenateInt32(sizes),
        scale: Float32Array.from(scales.flatMap((some) => [...some])),
      };
      return {
        parts: [
          {
            name: 'lists.parquet',
            bytes: await encodeParquet(LISTS, lists, { profile: 'internal' }),
            rows: lists.row.length,
          },
          { name: 'neighbours.parquet', ...content, rows: count },
        ],
        rows: count,
      };
    },
  };
}
