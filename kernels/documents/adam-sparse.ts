import type { SparseRows } from './encode-sparse.ts';
import { loadWasm, type WasmKernel } from '../load-wasm.ts';
import { rowOfEntries } from '../numbers/row-of-entries.ts';

const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-8;

/** A matrix with Adam's moments, each (rows, columns) row-major. */
export interface Moments {
  columns: number;
  values: Float32Array;
  first: Float32Array;
  second: Float32Array;
  /** (rows): steps of each row, where rows take them alone. */
  steps?: Float32Array;
}

interface Exports {
  step(
    values: number,
    first: number,
    second: number,
    gradient: number,
    count: number,
    scale: number,
    epsilon: number,
  ): void;
  project(
    offsets: number,
    terms: number,
    amounts: number,
    rows: number,
    weights: number,
    columns: number,
    out: number,
  ): void;
  stepTerms(
    terms: number,
    starts: number,
    count: number,
    rows: number,
    amounts: number,
    gradients: number,
    columns: number,
    values: number,
    first: number,
    second: number,
    sum: number,
    scales: number,
    epsilon: number,
  ): void;
}

/**
 * Adam (Kingma and Ba 2015) in place: m <- b1 m + (1 - b1) g, v <- b2 v + (1 - b2) g^2, w <- w -
 * rate sqrt(1 - b2^t) / (1 - b1^t) m / (sqrt(v) + eps). Weights and moments stay in the kernel's
 * memory; so does the first layer of a network over sparse rows, of which a batch reads and moves
 * the weights of its terms alone.
 */
export class Adam {
  readonly #kernel: WasmKernel<Exports> = loadWasm<Exports>('adam');
  /** Its arrays are views of the memory: where they begin says where they lie. */
  #state: Record<string, Moments> = {};
  #scratch = { start: 0, size: 0 };

  /**
   * Moves the arrays of `state` into this memory: they become views of it, good until another state
   * is held. Throws RangeError where they are more than it can address.
   */
  hold(state: Record<string, Moments>): void {
    const arraysOf = () =>
      Object.values(state).flatMap(({ values, first, second }) => [values, first, second]);
    if (state === this.#state && arraysOf().every(({ buffer }) => buffer === this.#kernel.memory()))
      return;
    // Copies: laying out puts other arrays where they are.
    const contents = arraysOf().map((array) =>
      array.buffer === this.#kernel.memory() ? array.slice() : array,
    );
    this.#state = state;
    this.#layOut(0);
    for (const [at, array] of arraysOf().entries()) array.set(contents[at]);
  }

  /** gradient: of all of `name`. step: t, from 1. */
  step(name: string, gradient: Float32Array, rate: number, step: number): void {
    const [start] = this.#place([gradient]);
    const { values, first, second } = this.#state[name];
    this.#kernel.exports.step(
      values.byteOffset,
      first.byteOffset,
      second.byteOffset,
      start,
      gradient.length,
      scaleOf(rate, step),
      EPSILON,
    );
  }

  /** (rows, columns): the rows times the weights `name`. */
  project(name: string, { offsets, terms, weights }: SparseRows): Float32Array {
    const { columns } = this.#state[name];
    const rows = offsets.length - 1;
    const [o, t, a, out] = this.#place([offsets, terms, weights], [rows * columns]);
    this.#kernel.exports.project(o, t, a, rows, this.#state[name].values.byteOffset, columns, out);
    return new Float32Array(this.#kernel.memory(), out, rows * columns).slice();
  }

  /**
   * A step for the terms that the rows hold; gradient: (rows, columns), of what `project` gave. The
   * t of a term is how often it has been in a batch, or words that are rare would move as far as
   * they did in their first steps. Throws RangeError where `name` does not count them.
   */
  stepTerms(
    name: string,
    batch: SparseRows,
    gradient: Float32Array,
    rate: number,
    epsilon: number,
  ): void {
    const { columns, steps } = this.#state[name];
    if (!steps) throw new RangeError(`weights ${name} do not count the steps of their rows`);
    const { terms, starts, rows, amounts } = byTerm(batch);
    const scales = Float32Array.from(terms, (term) => scaleOf(rate, ++steps[term]));
    const [t, s, r, a, g, c, sum] = this.#place(
      [terms, starts, rows, amounts, gradient, scales],
      [columns],
    );
    const { values, first, second } = this.#state[name];
    this.#kernel.exports.stepTerms(
      t,
      s,
      terms.length,
      r,
      a,
      g,
      columns,
      values.byteOffset,
      first.byteOffset,
      second.byteOffset,
      sum,
      c,
      epsilon,
    );
  }

  /** Growing makes the views of before stale, not what they showed. */
  #layOut(scratch: number): void {
    const names = Object.keys(this.#state);
    const lengths = names.map((name) => this.#state[name].values.length);
    const starts = this.#kernel.allocate([
      ...lengths.flatMap((length) => [4 * length, 4 * length, 4 * length]),
      scratch,
    ]);
    const memory = this.#kernel.memory();
    for (const [at, name] of names.entries()) {
      const [values, first, second] = starts.slice(3 * at) as [number, number, number];
      const view = (start: number) => new Float32Array(memory, start, lengths[at]);
      Object.assign(this.#state[name], {
        values: view(values),
        first: view(first),
        second: view(second),
      });
    }
    this.#scratch = { start: starts.at(-1)!, size: scratch };
  }

  /**
   * Where each of these arrays lies, copied one after the other behind the state, and `more` of so
   * many numbers.
   */
  #place(arrays: (Int32Array | Float32Array)[], more: number[] = []): number[] {
    const lengths = [...arrays.map(({ length }) => length), ...more];
    const size = lengths.reduce((sum, length) => sum + 4 * length, 0);
    if (size > this.#scratch.size) this.#layOut(2 * size);
    let start = this.#scratch.start;
    return lengths.map((length, at) => {
      const here = start;
      const array = arrays[at];
      if (array instanceof Float32Array)
        new Float32Array(this.#kernel.memory(), here, length).set(array);
      else if (array) new Int32Array(this.#kernel.memory(), here, length).set(array);
      start += 4 * length;
      return here;
    });
  }
}

function scaleOf(rate: number, step: number): number {
  return (rate * Math.sqrt(1 - BETA2 ** step)) / (1 - BETA1 ** step);
}

/** The entries in the order of their terms; terms: ascending, each once. */
function byTerm({ offsets, terms, weights }: SparseRows): {
  terms: Int32Array;
  starts: Int32Array;
  rows: Int32Array;
  amounts: Float32Array;
} {
  const order = new Float64Array(terms.length);
  const entryRows = rowOfEntries(offsets);
  for (let k = 0; k < terms.length; k++) order[k] = terms[k] * terms.length + k;
  order.sort();
  const distinct: number[] = [];
  const starts: number[] = [];
  const rows = new Int32Array(terms.length);
  const sorted = new Float32Array(terms.length);
  for (let at = 0; at < order.length; at++) {
    const k = order[at] % terms.length;
    if (terms[k] !== distinct.at(-1)) {
      distinct.push(terms[k]);
      starts.push(at);
    }
    rows[at] = entryRows[k];
    sorted[at] = weights[k];
  }
  return {
    terms: Int32Array.from(distinct),
    starts: Int32Array.from([...starts, order.length]),
    rows,
    amounts: sorted,
  };
}
