import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { clusteredVectors } from '../../test/lookup/cells/clustered-vectors.ts';

/** Vectors to build an index of, and others to ask it with. */
export interface VectorSet {
  name: string;
  dimensions: number;
  /** (n, D). */
  vectors: Float32Array;
  /** (q, D), none of them among the vectors. */
  queries: Float32Array;
}

/** Around 1,000 centres, each with a spread of its own; 128 dimensions, seed 1. */
export function clusteredSet(items: number, queries: number): VectorSet {
  const dimensions = 128;
  const all = clusteredVectors(items + queries, dimensions, 1000);
  return split(`clustered-${items}`, all, dimensions, queries);
}

/**
 * The 70,000 images of Fashion-MNIST, the last of which ask, from a folder as Debian's package
 * dataset-fashion-mnist installs it; undefined where it is not there.
 */
export function imageSet(folder: string, queries: number): VectorSet | undefined {
  const files = ['train-images-idx3-ubyte.gz', 't10k-images-idx3-ubyte.gz'];
  if (!files.every((file) => existsSync(join(folder, file)))) return undefined;
  const read = (file: string) => gunzipSync(readFileSync(join(folder, file))).subarray(16);
  const all = Float32Array.from(Buffer.concat(files.map(read)));
  return split('fashion-mnist', all, 784, queries);
}

function split(name: string, all: Float32Array, dimensions: number, queries: number): VectorSet {
  const first = all.length - queries * dimensions;
  return { name, dimensions, vectors: all.subarray(0, first), queries: all.subarray(first) };
}
