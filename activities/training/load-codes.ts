import { ANSWERING, ASKING, CELL } from '../../format/code-roles.ts';
import type { ArtifactReference } from '../../schemas/artifact.ts';
import { openArtifact } from '../../store/artifacts.ts';
import { readBinaryColumn } from '../../store/tables/stream-column.ts';
import type { Codes as RetrievalCodes } from '../../evaluation/retrieval.ts';
import type { Store } from '../../store/store.ts';

export interface Codes {
  items: number;
  tables: number;
  bits: number;
  /** (V, L, d / 8) bytes. */
  codes: Uint8Array;
  /** Whether the tables are cell, answering and asking. */
  hasRoles: boolean;
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
  return { items, tables, bits, codes, hasRoles: facts['roles'] === true };
}

/**
 * The codes whose equality makes buckets: of all tables, or where these have roles of the cells.
 */
export function bucketCodes({ items, tables, bits, codes, hasRoles }: Codes): RetrievalCodes {
  const codeBytes = bits / 8;
  return hasRoles
    ? { codes: codesOfTable({ items, tables, bits, codes }, CELL), tables: 1, codeBytes }
    : { codes, tables, codeBytes };
}

/** The two codes of every item, (V, w) each, of codes that have roles. */
export const twoCodes = (codes: Codes): { asking: Uint8Array; answering: Uint8Array } => ({
  asking: codesOfTable(codes, ASKING),
  answering: codesOfTable(codes, ANSWERING),
});

function codesOfTable(
  { items, tables, bits, codes }: Omit<Codes, 'hasRoles'>,
  table: number,
): Uint8Array {
  const codeBytes = bits / 8;
  const own = new Uint8Array(items * codeBytes);
  for (let item = 0; item < items; item++) {
    const at = (item * tables + table) * codeBytes;
    own.set(codes.subarray(at, at + codeBytes), item * codeBytes);
  }
  return own;
}
