import { loadWasm, type WasmKernel } from '../load-wasm.ts';

/** What kernels/wasm/two-codes.ts exports; arguments are told there. */
interface CodeFunctions {
  open(): void;
  project(x: number, rows: number, width: number, weights: number, bits: number, out: number): void;
  signs(panels: number, rows: number, bits: number, out: number): void;
  bend(panels: number, rows: number, bits: number, slope: number, means: number): void;
  asRows(panels: number, rows: number, bits: number, out: number): void;
  turn(panels: number, rows: number, bits: number, out: number): void;
  products(
    asking: number,
    rows: number,
    answering: number,
    batch: number,
    bits: number,
    out: number,
    stride: number,
  ): void;
  softmax(
    values: number,
    first: number,
    rows: number,
    batch: number,
    stride: number,
    scale: number,
    bound: number,
    discounts: number,
    targets: number,
  ): number;
  toAsking(
    slopes: number,
    stride: number,
    first: number,
    rows: number,
    answering: number,
    batch: number,
    bits: number,
    out: number,
  ): void;
  addTurned(
    left: number,
    stride: number,
    columns: number,
    first: number,
    rows: number,
    right: number,
    all: number,
    bits: number,
    out: number,
  ): void;
  unbend(
    gradients: number,
    values: number,
    rows: number,
    bits: number,
    slope: number,
    balance: number,
    means: number,
  ): void;
}

export type CodeKernel = WasmKernel<CodeFunctions>;

/** An instance that is ready to be called. */
export function codeKernel(): CodeKernel {
  const kernel = loadWasm<CodeFunctions>('two-codes');
  kernel.exports.open();
  return kernel;
}

/**
 * Values of a row as the kernel has it: its d dimensions, a 1 that the offsets are multiplied by,
 * and zeros up to a multiple of 4.
 */
export function widthOf(d: number): number {
  return Math.ceil((d + 1) / 4) * 4;
}

/** A projection as the kernel has it: panels (bits / 8, width, 8), its offsets in row d. */
export function toPanels({ weights, offsets }: Projection, d: number, panels: Float32Array): void {
  const bits = offsets.length;
  for (let bit = 0; bit < bits; bit++) {
    for (let k = 0; k < d; k++) panels[placeOf(k, bit, d)] = weights[k * bits + bit];
    panels[placeOf(d, bit, d)] = offsets[bit];
  }
}

/** The projection that panels hold. */
export function fromPanels(panels: Float32Array, d: number, bits: number): Projection {
  const weights = new Float32Array(d * bits);
  const offsets = new Float32Array(bits);
  for (let bit = 0; bit < bits; bit++) {
    for (let k = 0; k < d; k++) weights[k * bits + bit] = panels[placeOf(k, bit, d)];
    offsets[bit] = panels[placeOf(d, bit, d)];
  }
  return { weights, offsets };
}

/** Bit b of a vector x of length 4 is 1 where x . weights[:, b] + offsets[b] > 0. */
export interface Projection {
  /** (d, bits) row-major. */
  weights: Float32Array;
  /** (bits). */
  offsets: Float32Array;
}

function placeOf(k: number, bit: number, d: number): number {
  return ((bit >> 3) * widthOf(d) + k) * 8 + (bit & 7);
}
