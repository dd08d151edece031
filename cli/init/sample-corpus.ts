import { Failure } from '../../schemas/failures.ts';
import { compressionOf, decompress } from '../../sources/compression/decompress.ts';
import { isParquet, isWebArchive } from '../../sources/detect-format.ts';
import { isOwn } from '../../activities/corpus/own-files.ts';
import { listSources, type SourceFile } from '../../sources/list-sources.ts';
import { openSource } from '../../sources/open-source.ts';
import type { Store } from '../../store/store.ts';

/** A file of a corpus and some of its bytes. */
export interface SampledFile extends SourceFile {
  content: 'parquet' | 'web-archive' | 'text';
  /** Decompressed; of Parquet nothing, because it is read by ranges. */
  pieces: SampledPiece[];
  range: (from: number, to: number) => Promise<Uint8Array>;
}

/** Bytes that stand together. */
export interface SampledPiece {
  bytes: Buffer;
  /** It begins where the file does. */
  begins: boolean;
  /** It ends where the file does. */
  ends: boolean;
}

export interface SampledCorpus {
  files: number;
  /** As stored. */
  bytes: number;
  /** Those that were looked at, in the order of the listing. */
  sampled: SampledFile[];
  /** Why others could not be looked at, a message each with the file in it. */
  broken: Failure[];
}

/** How much of a corpus is looked at. */
export interface SampleSize {
  /** So many files, evenly spaced over the listing. */
  files: number;
  /** Decompressed, of all of them together. */
  bytes: number;
}

const USUAL_SIZE: SampleSize = { files: 8, bytes: 4 * 1024 * 1024 };
/** Of a plain file that is larger than its part, pieces from so many places are read. */
const PLACES = 8;
/** Gzip and zstd of text take about a third; a block of zstd may be 128 KiB. */
const COMPRESSED_SHARE = 0.5;
const LEAST_COMPRESSED_BYTES = 192 * 1024;
const HEAD_BYTES = 8;
const NO_RATIO = Number.POSITIVE_INFINITY;

/**
 * Looks at a few files of a corpus, and at a few places of large ones: some megabytes, however
 * large it is. Throws DataError where nothing is there, where all that is there is empty, and where
 * none of the files can be read.
 */
export async function sampleCorpus(
  uri: string,
  openStore: (uri: string) => Store,
  size: SampleSize = USUAL_SIZE,
): Promise<SampledCorpus> {
  const listed = await listSources(uri, openStore);
  const files = listed.filter((file) => !isOwn(file));
  const filled = files.filter(({ size }) => size > 0);
  if (filled.length === 0)
    throw new Failure(
      'DataError',
      `nothing to read at ${uri}: ` +
        `${files.length === 1 ? 'the file is' : `all ${files.length} files are`} empty`,
    );
  const step = Math.max(1, filled.length / size.files);
  const chosen: SourceFile[] = [];
  for (let at = 0; at < filled.length; at += step) chosen.push(filled[Math.floor(at)]!);
  const budget = Math.ceil(size.bytes / chosen.length);
  const sampled: SampledFile[] = [];
  const broken: Failure[] = [];
  for (const file of chosen)
    await unlessBroken(broken, async () => sampled.push(await sampleFile(file, budget, openStore)));
  if (sampled.length === 0) throw broken[0]!;
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  return { files: files.length, bytes, sampled, broken };
}

/** What fails with a DataError is put to those that are `broken`. */
export async function unlessBroken(broken: Failure[], look: () => Promise<unknown>): Promise<void> {
  try {
    await look();
  } catch (error) {
    if (!(error instanceof Failure) || error.type !== 'DataError') throw error;
    broken.push(error);
  }
}

async function sampleFile(
  file: SourceFile,
  budget: number,
  openStore: (uri: string) => Store,
): Promise<SampledFile> {
  const { range } = openSource({ ...file, start: 0, end: file.size }, openStore);
  const head = await range(0, Math.min(file.size, HEAD_BYTES));
  const known = { ...file, range };
  if (isParquet(head)) return { ...known, content: 'parquet', pieces: [] };
  const pieces =
    compressionOf(head) === 'none'
      ? await plainPieces(file.size, budget, range)
      : [await decompressedPiece(file, budget, range)];
  const content = isWebArchive(pieces[0]!.bytes) ? 'web-archive' : 'text';
  return { ...known, content, pieces };
}

async function plainPieces(
  size: number,
  budget: number,
  range: SampledFile['range'],
): Promise<SampledPiece[]> {
  const places = size <= budget ? 1 : PLACES;
  const length = Math.min(size, Math.floor(budget / places));
  const pieces: SampledPiece[] = [];
  for (let place = 0; place < places; place++) {
    const from = places === 1 ? 0 : Math.floor((place * (size - length)) / (places - 1));
    const bytes = Buffer.from(await range(from, from + length));
    pieces.push({ bytes, begins: from === 0, ends: from + length === size });
  }
  return pieces;
}

/** The beginning of what comes out; that the input is cut off there is no fault of the file. */
async function decompressedPiece(
  file: SourceFile,
  budget: number,
  range: SampledFile['range'],
): Promise<SampledPiece> {
  const taken = Math.min(
    file.size,
    Math.max(LEAST_COMPRESSED_BYTES, Math.floor(budget * COMPRESSED_SHARE)),
  );
  const isWhole = taken === file.size;
  async function* input() {
    yield await range(0, taken);
  }
  const expected = { uri: file.uri, size: isWhole ? file.size : Number.POSITIVE_INFINITY };
  const chunks = decompress(expected, input(), NO_RATIO);
  const parts: Buffer[] = [];
  let length = 0;
  let ends = false;
  try {
    while (length < budget) {
      const next = await chunks.next();
      ends = next.done === true;
      if (next.done === true) break;
      parts.push(next.value);
      length += next.value.length;
    }
  } catch (error) {
    if (isWhole || length === 0) throw error;
  } finally {
    await chunks.return();
  }
  const bytes = Buffer.concat(parts).subarray(0, budget);
  return { bytes, begins: true, ends: ends && isWhole && length <= budget };
}
