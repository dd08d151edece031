import type { ArtifactReference } from '../schemas/artifact.ts';
import { codes as codesSchema } from '../schemas/tables.ts';
import { openArtifact } from '../store/artifacts.ts';
import { decodeParquet } from '../store/parquet.ts';
import type { Store } from '../store/store.ts';

export interface Codes {
  items: number;
  tables: number;
  bits: number;
  /** (V, L, d / 8) bytes. */
  codes: Uint8Array;
}

export async function loadCodes(store: Store, reference: ArtifactReference): Promise<Codes> {
  const artifact = await openArtifact(store, reference);
  const { facts } = artifact.manifest;
  const bits = Number(facts['bits']);
  // Rows are sorted by (item, table): the codes alone say all.
  const { code: type } = codesSchema(bits);
  const { code } = await decodeParquet(await artifact.part('codes.parquet'), { code: type }, 'codes.parquet');
  return { items: Number(facts['items']), tables: Number(facts['tables']), bits, codes: code };
}
