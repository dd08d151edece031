import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { compileFunction } from 'node:vm';
import type * as Parquet from 'parquet-wasm';
import { withMemoryLimit } from './decoder-memory.ts';

/** The decoder's module, whose code knows nothing of the files that others gave it. */
export type ParquetDecoder = typeof Parquet;

/**
 * Two sizes: what most files need, and what a page with whole books in it does (a page, and what
 * comes out of it, are in memory).
 */
export const DECODER_BYTES = { small: 512 * 2 ** 20, large: 3 * 2 ** 30 } as const;
type DecoderSize = keyof typeof DECODER_BYTES;

/** Memory of WebAssembly never shrinks: beyond this, an instance is not kept for the next file. */
const KEPT_BYTES = 96 * 2 ** 20;

/**
 * Calls `decode` with a decoder of its own instance. A trap, or an error of any kind, ends the
 * instance; the next call has a fresh one.
 */
export function withDecoder<Result>(
  size: DecoderSize,
  decode: (decoder: ParquetDecoder) => Result,
): Result {
  const decoder = (size === 'small' ? kept : undefined) ?? createDecoder(size);
  kept = undefined;
  const result = decode(decoder);
  if (decoder.wasmMemory().buffer.byteLength <= KEPT_BYTES) kept = decoder;
  return result;
}

let kept: ParquetDecoder | undefined;

/**
 * The package holds one instance for as long as the process lives. Here its code is run anew for
 * each instance, with a compiler that gives it the module with the limit.
 */
function createDecoder(size: DecoderSize): ParquetDecoder {
  const require = createRequire(import.meta.url);
  const file = require.resolve('parquet-wasm/node');
  code ??= readFileSync(file, 'utf8');
  const module = compiled(size, join(dirname(file), 'parquet_wasm_bg.wasm'));
  const exports = {};
  const parameters = ['exports', 'require', '__dirname', 'WebAssembly'];
  const run = compileFunction(code, parameters, { filename: file }) as (
    ...values: unknown[]
  ) => void;
  // A constructor that returns an object gives that one.
  const engine = {
    Instance: webAssembly.Instance,
    Module: function Module() {
      return module;
    },
  };
  run(exports, require, dirname(file), engine);
  return exports as ParquetDecoder;
}

function compiled(size: DecoderSize, file: string): object {
  const found = modules.get(size);
  if (found) return found;
  const module = new webAssembly.Module(withMemoryLimit(readFileSync(file), DECODER_BYTES[size]));
  modules.set(size, module);
  return module;
}

/** TypeScript knows it of browsers alone. */
interface Engine {
  Module: new (bytes: Uint8Array) => object;
  Instance: unknown;
}

const webAssembly = (globalThis as unknown as { WebAssembly: Engine }).WebAssembly;

let code: string | undefined;
const modules = new Map<DecoderSize, object>();
