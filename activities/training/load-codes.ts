import type { ArtifactReference } from '../../schemas/artifact.ts';
import { openArtifact } from '../../store/artifacts.ts';
import { readBinaryColumn } from '../../store/tables/stream-column.ts';
import type { Store } from '../../store/store.ts';

interface Codes {
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
  const items = Number(facts['items']);
  const tables = Number(facts['tables']);
  const codes = new Uint8Array((items * tables * bits) / 8);
  // Rows are sorted by (item, table): the codes alone say all.
  await readBinaryColumn(
    await artifact.partBlob('codes.parquet'),
    'code',
    bits / 8,
    codes,
    'codes.parquet',
  );
  return { items, tables, bits, codes };
}
