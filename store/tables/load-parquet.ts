import { createRequire } from 'node:module';
import type * as ApacheArrow from 'apache-arrow';
import type * as Parquet from 'parquet-wasm';

/** On first use: 150 ms and a WASM module that most processes never need. */
export async function loadParquet(): Promise<{ arrow: Arrow; parquet: ParquetWasm }> {
  loaded ??= {
    arrow: await import('apache-arrow'),
    parquet: createRequire(import.meta.url)('parquet-wasm') as ParquetWasm,
  };
  return loaded;
}

let loaded: { arrow: Arrow; parquet: ParquetWasm } | undefined;

/** The module apache-arrow. */
export type Arrow = typeof ApacheArrow;

/** The module parquet-wasm. */
export type ParquetWasm = typeof Parquet;
