import { RandomStream } from '../../../kernels/numbers/random.ts';
import { buildIndex, IDENTITY, ids, type IndexInMemory, words } from '../index-in-memory.ts';
import { buildCells } from '../cells/cells-in-memory.ts';
import { clusteredVectors } from '../cells/clustered-vectors.ts';
import { randomLists } from './random-lists.ts';

export const WORDS = 4000;
export const VECTORS = 20_000;
export const DIMENSIONS = 64;

/** Words with lists of 50 in two relations, as a run of words publishes them. */
export function wordsWithLists(seed = 1): { built: IndexInMemory; sorted: string[] } {
  const sorted = Array.from({ length: WORDS }, (_, i) => `word${String(i).padStart(5, '0')}`);
  const stream = new RandomStream(seed, 1);
  const built = buildIndex({
    keys: words(...sorted),
    codes: Uint8Array.from({ length: WORDS * 8 }, () => stream.below(256)),
    tables: 1,
    codeBytes: 8,
    identity: identityOf(seed),
    lists: randomLists(WORDS, { top: 50, relations: [1, 2], seed, full: true }).columns,
  });
  return { built, sorted };
}

/** Vectors in cells beside codes that nobody asks. */
export function vectorsInCells(): { built: IndexInMemory; vectors: Float32Array } {
  const vectors = clusteredVectors(VECTORS, DIMENSIONS, 300);
  const keys = ids(...Array.from({ length: VECTORS }, (_, i) => BigInt(i)));
  const { map, bin } = buildCells(vectors, { dimensions: DIMENSIONS, cells: 500, keys });
  const beside = new Map([
    ['cells.map', map],
    ['cells.bin', bin],
  ]);
  const codes = Uint8Array.from({ length: VECTORS * 2 }, (_, at) => (at * 31) % 251);
  const built = buildIndex({ keys, codes, tables: 1, codeBytes: 2, beside });
  built.manifest.lineage.push({ stage: 'cells', key: IDENTITY });
  return { built, vectors };
}

const identityOf = (seed: number): string => seed.toString(16).padStart(32, '0');
