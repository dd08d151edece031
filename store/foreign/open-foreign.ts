import { createRequire } from 'node:module';
import type * as Arrow from 'apache-arrow';
import type * as Parquet from 'parquet-wasm';
import { Failure } from '../../schemas/failures.ts';

/**
 * A Parquet file that somebody else wrote, as Arrow; `refuse` throws Failure (DataError) with where
 * it lies.
 */
export interface OpenedForeign {
  arrow: typeof Arrow;
  table: Arrow.Table;
  refuse: (message: string) => never;
}

/** Throws Failure (DataError) on bytes that are no Parquet. */
export async function openForeign(bytes: Uint8Array, where: string): Promise<OpenedForeign> {
  const arrow = await import('apache-arrow');
  const parquet = createRequire(import.meta.url)('parquet-wasm') as typeof Parquet;
  const refuse = (message: string): never => {
    throw new Failure('DataError', `${where}: ${message}`);
  };
  try {
    return { arrow, table: arrow.tableFromIPC(parquet.readParquet(bytes).intoIPCStream()), refuse };
  } catch (error) {
    return refuse(
      `${bytes.length} bytes that cannot be read as Parquet (${(error as Error).message})`,
    );
  }
}
