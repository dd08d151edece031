import { readFile } from 'node:fs/promises';
import { Failure } from '../../schemas/failures.ts';
import { readForeignJsonLines } from '../../store/foreign/foreign-json-lines.ts';
import { type ForeignTable, readForeignParquet } from '../../store/foreign/foreign-parquet.ts';

/** A table of another program: Parquet, told by its first bytes, or JSON Lines. */
export async function readTable(file: string): Promise<ForeignTable> {
  const bytes = await readBytes(file);
  const isParquet = Buffer.from(bytes.subarray(0, 4)).toString('latin1') === 'PAR1';
  if (!isParquet && JSON_LINES.test(file)) return readForeignJsonLines(bytes, file);
  return await readForeignParquet(bytes, file);
}

const JSON_LINES = /\.(jsonl|ndjson|json)$/i;

/** Throws Failure (ConfigurationError) where there is no file. */
export async function readBytes(file: string): Promise<Uint8Array> {
  return await readFile(file).catch((error: NodeJS.ErrnoException) => {
    throw new Failure(
      'ConfigurationError',
      error.code === 'ENOENT' ? `no file at ${file}` : `cannot read ${file}: ${error.message}`,
      { cause: error },
    );
  });
}
