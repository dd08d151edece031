import { codes as codesSchema } from '../../schemas/tables.ts';
import type { PartToWrite } from '../../store/artifacts.ts';
import { encodeParquet } from '../../store/tables/parquet.ts';

/** `codes.parquet` of a stage: codes (n, L, w) as rows by item and table. Rows: codes. */
export async function codesPart(
  code: Uint8Array,
  tables: number,
  bits: number,
): Promise<PartToWrite & { bytes: Uint8Array; rows: number }> {
  const rows = code.length / (bits / 8);
  const item = Int32Array.from({ length: rows }, (_, at) => Math.floor(at / tables));
  const table = Int32Array.from({ length: rows }, (_, at) => at % tables);
  const bytes = await encodeParquet(
    codesSchema(bits),
    { item, table, code },
    { profile: 'internal' },
  );
  return { name: 'codes.parquet', bytes, rows };
}
