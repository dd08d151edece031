import type { ArtifactReference } from '../../schemas/artifact.ts';
import { Failure } from '../../schemas/failures.ts';
import { decodeDense } from '../../store/tables/arrow-ipc.ts';
import { openArtifact } from '../../store/artifacts.ts';
import type { Store } from '../../store/store.ts';

interface Model {
  rows: number;
  tables: number;
  bits: number;
  /** (rows, L, d) row-major. */
  embeddings: Float32Array;
}

/** The embeddings of all partitions in one array. */
export async function loadModel(store: Store, reference: ArtifactReference): Promise<Model> {
  const artifact = await openArtifact(store, reference);
  const { facts, rows } = artifact.manifest;
  const tables = Number(facts['tables']);
  const bits = Number(facts['bits']);
  const embeddings = new Float32Array(rows * tables * bits);
  let offset = 0;
  for (const { name } of artifact.manifest.parts.filter((part) =>
    part.name.startsWith('embeddings-'),
  )) {
    const { columns } = await decodeDense(await artifact.part(name), name);
    const values = columns[0]!.values;
    if (offset + values.length > embeddings.length) break;
    embeddings.set(values, offset);
    offset += values.length;
  }
  if (offset !== embeddings.length) {
    throw new Failure(
      'IntegrityError',
      `model ${reference.key}: its parts do not hold the ${embeddings.length} values of ` +
        `${rows} words x ${tables} x ${bits}`,
    );
  }
  return { rows, tables, bits, embeddings };
}
