import type { Utf8Dictionary } from './build-dictionary.ts';
import type { WasmKernel } from '../load-wasm.ts';
import { SORT_SLACK, type SortExports, sortingSizes } from './sort-words.ts';

/** Of kernels/wasm/word-order.ts. */
export interface OrderExports extends SortExports {
  arrangeWords(
    count: number,
    counts: number,
    documents: number,
    outOffsets: number,
    outBytes: number,
    outCounts: number,
    outDocuments: number,
    places: number,
  ): void;
  placeTokens(tokens: number, count: number, places: number): void;
}

/** Words in the order of arrival, and where what is known of them lies in the kernel's memory. */
interface ScannedWords {
  count: number;
  bytes: number;
  at: Record<'offsets' | 'arena' | 'counts' | 'documents' | 'tokens', number>;
  /** Sizes of all that is laid out. */
  laidOut: readonly number[];
  /** Tokens that lie at `at.tokens` at most. */
  mostTokens: number;
}

/** The dictionary in word order. `tokens`, by ids of arrival, are put in word order in place. */
export function orderScanned(
  kernel: WasmKernel<OrderExports>,
  { count, bytes, at, laidOut, mostTokens }: ScannedWords,
  tokens: Int32Array,
): Utf8Dictionary {
  const sizes = [
    ...sortingSizes(count),
    4 * count + 4,
    bytes + SORT_SLACK,
    4 * count,
    4 * count,
    4 * count + 4,
  ];
  const [
    order,
    keys,
    spareOrder,
    spareKeys,
    histograms,
    outOffsets,
    outBytes,
    outCounts,
    outDocuments,
    beforePlaces,
  ] = kernel.allocate([...laidOut, ...sizes]).slice(laidOut.length);
  const places = beforePlaces + 4;
  kernel.exports.sortWords(
    count,
    at.offsets,
    at.arena,
    order,
    keys,
    spareOrder,
    spareKeys,
    histograms,
  );
  kernel.exports.arrangeWords(
    count,
    at.counts,
    at.documents,
    outOffsets,
    outBytes,
    outCounts,
    outDocuments,
    places,
  );
  const memory = kernel.memory();
  for (let from = 0; from < tokens.length; from += mostTokens) {
    const part = tokens.subarray(from, from + mostTokens);
    const inKernel = new Int32Array(memory, at.tokens, part.length);
    inKernel.set(part);
    kernel.exports.placeTokens(at.tokens, part.length, places);
    part.set(inKernel);
  }
  return {
    words: {
      offsets: new Int32Array(memory, outOffsets, count + 1).slice(),
      bytes: new Uint8Array(memory, outBytes, bytes).slice(),
    },
    counts: Float64Array.from(new Uint32Array(memory, outCounts, count)),
    documents: Float64Array.from(new Uint32Array(memory, outDocuments, count)),
  };
}
