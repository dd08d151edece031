import { BLOCK_ROWS, readRow, wholeBlocks, writeRow } from '../../format/row-blocks.ts';
import type { RowMemory } from './row-memory.ts';

/**
 * kernels/wasm/row-scores.ts, compiled, as text: lookup reads no files of its own, in a browser
 * least of all. A test holds that it is what the build makes; it prints the text that is due where
 * it is not (test/lookup/cells/score-module.test.ts).
 */
const MODULE = [
  'AGFzbQEAAAABCwFgB39/f39/fX8AAg8BA2VudgZtZW1vcnkCAAADAgEABxMCBnNjb3JlcwAABm1lbW9yeQIACtcDAdQDAg',
  'd7An8gBf0TIQ0gAyACQQF0aiEPA0AgASAOSwRA/QwAAAAAAAAAAAAAAAAAAAAAIQf9DAAAAAAAAAAAAAAAAAAAAAAhCP0M',
  'AAAAAAAAAAAAAAAAAAAAACEJ/QwAAAAAAAAAAAAAAAAAAAAAIQogAyECA0AgAiAPSQRAIAcgAP0BAAAgAv0ABAAiC/26Af',
  '2uASAA/QEACCAC/QAEECIM/boB/a4BIQcgCCAA/QEAECAL/boB/a4BIAD9AQAYIAz9ugH9rgEhCCAJIAD9AQAgIAv9ugH9',
  'rgEgAP0BACggDP26Af2uASEJIAogAP0BADAgC/26Af2uASAA/QEAOCAM/boB/a4BIQogAkEgaiECIABBQGshAAwBCwsgDk',
  'ECdCICIAZqIAcgCP0NAAECAxAREhMEBQYHFBUWFyAHIAj9DQgJCgsYGRobDA0ODxwdHh/9rgEiByAJIAr9DQABAgMQERIT',
  'BAUGBxQVFhcgCSAK/Q0ICQoLGBkaGwwNDg8cHR4f/a4BIgj9DQABAgMEBQYHEBESExQVFhcgByAI/Q0ICQoLDA0ODxgZGh',
  'scHR4f/a4B/foBIAIgBGr9AAQA/eYBIA395gH9CwQAIA5BBGohDgwBCwsL',
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
  const whole = wholeBlocks(n);
  const rowsAt = Math.ceil((scalesAt + 4 * whole) / 64) * 64;
  const bytes = rowsAt + whole * stride;
  if (bytes > MAX_BYTES) return undefined;
  try {
    compiled ??= new api.Module(moduleBytes());
    const memory = new api.Memory({ initial: Math.ceil(bytes / PAGE) });
    const module = new api.Instance(compiled, { env: { memory } }).exports as ScoreExports;
    const asked = new Int16Array(memory.buffer, QUERY, stride);
    const found = new Float32Array(memory.buffer, OUT, PIECE_ROWS);
    const rows = new Int8Array(memory.buffer, rowsAt, whole * stride);
    return {
      put: (row, values, from, count) => writeRow(rows, { row, stride }, values, from, count),
      get: (row) => readRow(rows, { row, stride }),
      scales: new Float32Array(memory.buffer, scalesAt, n),
      scores(query, scale, from, to, out) {
        asked.set(query);
        for (let first = from - (from % BLOCK_ROWS); first < to; first += PIECE_ROWS) {
          const end = Math.min(first + PIECE_ROWS, to);
          const count = wholeBlocks(end - first);
          const place = rowsAt + first * stride;
          module.scores(place, count, stride, QUERY, scalesAt + 4 * first, scale, OUT);
          const start = Math.max(first, from);
          out.set(found.subarray(start - first, end - first), start - from);
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
