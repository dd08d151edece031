import type { ArtifactReference } from '../../schemas/artifact.ts';
import type { Configuration } from '../../schemas/configuration.ts';
import { payloadFields } from '../../schemas/payload-fields.ts';
import type { ReadingRules } from '../../schemas/reading-rules.ts';
import { takenIds } from '../../sources/taken-ids.ts';
import type { Store } from '../../store/store.ts';
import { readListedFiles } from '../corpus/listed-files.ts';
import type { StageContext } from '../stage/stage.ts';
import { readVectorRows } from '../vectors/read-vectors.ts';

interface VectorsToWalk {
  files: ArtifactReference;
  reading: ReadingRules;
  vectors: Configuration['vectors'];
  dimensions: number;
  /** Ids by item number. */
  names: readonly string[];
  /** What is taken off each vector before it gets its length; nothing when absent. */
  mean?: ArrayLike<number>;
}

/** A vector of length 1, or of zeros, which is good until the next. */
export type VisitUnit = (number: number, vector: Float32Array) => void;

/** Goes through the vectors of all items, a file at a time, as often as it is called. */
export async function vectorWalk(
  { files: listed, reading, vectors, dimensions, names, mean }: VectorsToWalk,
  store: Store,
  context: StageContext,
): Promise<(visit: VisitUnit) => Promise<void>> {
  const files = await readListedFiles(store, listed);
  const numberOf = new Map(names.map((name, number) => [name, number]));
  const fields = payloadFields(vectors.payload);
  const vector = new Float32Array(dimensions);
  return async (visit) => {
    const taken = takenIds(reading);
    let first = 0;
    for (const [at, file] of files.entries()) {
      const options = { reading, vectors };
      const rows = await readVectorRows(file, options, context, dimensions, fields, taken);
      if ('reason' in rows) continue;
      for (let row = 0; row < rows.rows; row++) {
        if (row % 4096 === 0) context.onProgress(at, files.length);
        const number = numberOf.get(String(rows.ids?.[row] ?? first + row));
        if (number === undefined) continue;
        let square = 0;
        for (let k = 0; k < dimensions; k++) {
          const value = rows.values[row * dimensions + k]! - (mean ? mean[k]! : 0);
          vector[k] = value;
          square += value * value;
        }
        const scale = square > 0 ? 1 / Math.sqrt(square) : 0;
        for (let k = 0; k < dimensions; k++) vector[k]! *= scale;
        visit(number, vector);
      }
      first += rows.rows;
    }
  };
}
