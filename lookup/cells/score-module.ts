import type { RowMemory } from './row-memory.ts';

/**
 * kernels/wasm/row-scores.ts, compiled, as text: lookup reads no files of its own, in a browser
 * least of all. A test holds that it is what the build makes; it prints the text that is due where
 * it is not (test/lookup/cells/score-module.test.ts).
 */
const MODULE = [
  'AGFzbQEAAAABCwFgB39/f39/fX8AAg8BA2VudgZtZW1vcnkCAAADAgEABxMCBnNjb3JlcwAABm1lbW9yeQIACuYBAeMBAg',
  'N7A38DQCABIAtLBED9DAAAAAAAAAAAAAAAAAAAAAAhB/0MAAAAAAAAAAAAAAAAAAAAACEIQQAhCgNAIAIgCksEQCAHIAAg',
  'Cmr9AAQAIgn9hwEgAyAKQQF0aiIM/QAEAP26Af2uASEHIAggCf2IASAM/QAEEP26Af2uASEIIApBEGohCgwBCwsgC0ECdC',
  'IKIAZqIAcgCP2uASIHIAcgB/0NCAkKCwwNDg8AAQIDBAUGB/2uASIH/RsAIAf9GwFqsiAEIApqKgIAlCAFlDgCACAAIAJq',
  'IQAgC0EBaiELDAELCws=',
].join('');

/** What TypeScript knows of WebAssembly in browsers alone. */
interface WasmApi {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: { env: { memory: WasmMemory } }) => { exports: unknown };
  Memory: new (options: { initial: number }) => WasmMemory;
}

interface WasmMemory {
  readonly buffer: ArrayBuffer;
}

interface ScoreExports {
  scores(
    rows: number,
    n: number,
    stride: number,
    query: number,
    scales: number,
    factor: number,
    out: number,
  ): void;
}

/** Rows whose products are taken at once. */
const PIECE_ROWS = 16_384;
const PAGE = 65_536;
const MAX_BYTES = 2 ** 32 - PAGE;
/** Below it lies what the module itself may keep. */
const OUT = 1024;
const QUERY = OUT + 4 * PIECE_ROWS;

let compiled: object | undefined;

/**
 * Rows in the memory of a module with SIMD; undefined where none may be compiled (some edge
 * functions), or they do not fit its 4 GiB.
 */
export function scoreModule(n: number, stride: number): RowMemory | undefined {
  const api = (globalThis as unknown as { WebAssembly: WasmApi }).WebAssembly;
  const scalesAt = QUERY + 2 * stride;
  const rowsAt = Math.ceil((scalesAt + 4 * n) / 64) * 64;
  const bytes = rowsAt + n * stride;
  if (bytes > MAX_BYTES) return undefined;
  try {
    compiled ??= new api.Module(moduleBytes());
    const memory = new api.Memory({ initial: Math.ceil(bytes / PAGE) });
    const module = new api.Instance(compiled, { env: { memory } }).exports as ScoreExports;
    const asked = new Int16Array(memory.buffer, QUERY, stride);
    const found = new Float32Array(memory.buffer, OUT, PIECE_ROWS);
    return {
      rows: new Int8Array(memory.buffer, rowsAt, n * stride),
      scales: new Float32Array(memory.buffer, scalesAt, n),
      scores(query, scale, from, to, out) {
        asked.set(query);
        for (let first = from; first < to; first += PIECE_ROWS) {
          const count = Math.min(PIECE_ROWS, to - first);
          const rows = rowsAt + first * stride;
          module.scores(rows, count, stride, QUERY, scalesAt + 4 * first, scale, OUT);
          out.set(found.subarray(0, count), first - from);
        }
      },
    };
  } catch {
    return undefined;
  }
}

export function moduleBytes(): Uint8Array {
  return Uint8Array.from(atob(MODULE), (character) => character.charCodeAt(0));
}
