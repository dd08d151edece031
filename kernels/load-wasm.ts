import { LimitError } from './limit-error.ts';
import { readFileSync } from 'node:fs';

interface WasmModule {
  readonly kind?: never;
}

interface WasmMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

/** The part of the WebAssembly API that Node has and TypeScript knows of in browsers alone. */
interface WasmApi {
  Module: new (bytes: Uint8Array) => WasmModule;
  Instance: new (
    module: WasmModule,
    imports: Record<string, Record<string, unknown>>,
  ) => { exports: unknown };
  Memory: new (options: { initial: number }) => WasmMemory;
}

const api = (globalThis as unknown as { WebAssembly: WasmApi }).WebAssembly;

const PAGE = 65_536;
/** Below it lies what the module itself may keep. */
const FIRST = 1024;
const MAX_BYTES = 2 ** 32 - PAGE;

export interface WasmKernel<Exports> {
  exports: Exports;
  /**
   * Lays out arrays of these sizes in bytes, one after the other, and returns where each begins (a
   * multiple of 64); makes all earlier views stale.
   */
  allocate(sizes: readonly number[]): number[];
  memory(): ArrayBuffer;
}

const modules = new Map<string, WasmModule>();

/**
 * An instance of dist/kernels/NAME.wasm with a memory of its own. The caller lays the memory out;
 * what was in it stays in it.
 */
export function loadWasm<Exports>(name: string): WasmKernel<Exports> {
  let module = modules.get(name);
  if (module === undefined) {
    module = new api.Module(readFileSync(new URL(`./${name}.wasm`, import.meta.url)));
    modules.set(name, module);
  }
  const memory = new api.Memory({ initial: 1 });
  const instance = new api.Instance(module, { env: { memory, abort: stop } });
  return {
    exports: instance.exports as Exports,
    allocate(sizes) {
      let end = FIRST;
      const starts = sizes.map((size) => {
        const start = end;
        end = Math.ceil((start + size) / 64) * 64;
        return start;
      });
      if (end > MAX_BYTES)
        throw new LimitError(
          `kernel ${name}: ${end} bytes of arrays, at most ${MAX_BYTES} can be addressed; ` +
            'give it less at once',
        );
      const missing = Math.ceil((end - memory.buffer.byteLength) / PAGE);
      if (missing > 0) memory.grow(missing);
      return starts;
    },
    memory: () => memory.buffer,
  };
}

function stop(): never {
  throw new Error('a kernel was aborted');
}
