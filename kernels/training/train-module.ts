import { readFileSync } from 'node:fs';

/** 4 GiB: all that WebAssembly addresses. As the build says to the compiler. */
export const MAX_PAGES = 65_536;

/** What kernels/wasm-train/index.ts exports. */
export interface TrainFunctions {
  bind(header: number): void;
  openStream(seed: number, purpose: number, a: number, b: number, lane: number): void;
  shufflePositives(count: number): void;
  shuffleRows(first: number, end: number): void;
  nameGroups(groups: number): void;
  sortPositives(first: number, end: number, groups: number, tasks: number): void;
  drawPairs(
    first: number,
    end: number,
    a: number,
    b: number,
    hardPerPositive: number,
    easyPerPositive: number,
    bucketPerPositive: number,
  ): number;
  drawMask(dropout: number): void;
  forward(innerProduct: boolean): void;
  cosinesOfPairs(first: number, end: number): void;
  spreadSlopes(first: number, end: number, lambda: number, temperature: number): void;
  adam(
    quantization: number,
    quantizationScale: number,
    split: number,
    beta1: number,
    beta2: number,
    scale0: number,
    correction0: number,
    scale1: number,
    correction1: number,
  ): number;
  rmsprop(
    quantization: number,
    quantizationScale: number,
    rho: number,
    rate: number,
    step: number,
  ): number;
  quantizationLoss(): number;
  settle(rho: number, rows: number, step: number): void;
  slotCount(): number;
  freeSlots(): void;
}

/** The part of WebAssembly's interface that is used here; TypeScript knows it of browsers alone. */
export interface SharedMemory {
  readonly buffer: SharedArrayBuffer;
}

interface Api {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (
    module: object,
    imports: Record<string, Record<string, unknown>>,
  ) => { exports: unknown };
  Memory: new (limits: { initial: number; maximum: number; shared: true }) => SharedMemory;
}

const api = (globalThis as unknown as { WebAssembly: Api }).WebAssembly;
let compiled: object | undefined;

/** Memory that threads share, of so many pages of 64 KiB. */
export function createMemory(pages: number): SharedMemory {
  return new api.Memory({ initial: pages, maximum: MAX_PAGES, shared: true });
}

/** The step's functions over a memory; each thread has an instance of its own. */
export function instantiate(memory: SharedMemory): TrainFunctions {
  compiled ??= new api.Module(readFileSync(new URL('../wasm-train/train.wasm', import.meta.url)));
  const abort = () => {
    throw new Error('the training kernel stopped');
  };
  return new api.Instance(compiled, { env: { memory, abort } }).exports as TrainFunctions;
}
