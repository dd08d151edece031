import { Failure } from '../../schemas/failures.ts';
import type { SampledFile } from './sample-corpus.ts';

/** Whole lines of a file of text that are not blank. */
export interface SampledLines {
  lines: string[];
  /** They are all there are. */
  isWhole: boolean;
}

/** Beyond, what more there is tells nothing more. */
const MOST_LINES = 100_000;

/**
 * The lines of what was read of a file, without those that it cuts. Throws DataError on what is no
 * text in UTF-8 but clearly something else.
 */
export function sampledLines({ uri, pieces }: SampledFile): SampledLines {
  const lines: string[] = [];
  let isWhole = true;
  const share = Math.ceil(MOST_LINES / pieces.length);
  for (const { bytes, begins, ends } of pieces) {
    if (begins) checkHead(bytes, uri);
    const all = bytes
      .toString('utf8')
      .replace(/^\uFEFF/u, '')
      .split(/\r?\n/u);
    if (!begins) all.shift();
    if (!ends) all.pop();
    const filled = all.filter((line) => line.trim() !== '');
    isWhole &&= ends && filled.length <= share;
    for (const line of filled.slice(0, share)) lines.push(line);
  }
  return { lines, isWhole: isWhole && pieces.length === 1 };
}

/** What a corpus is sometimes brought as, by its first bytes. */
const OTHERS: readonly [bytes: string, name: string, change: string][] = [
  ['504b0304', 'a zip file', 'unzip it'],
  ['425a68', 'compressed by bzip2', 'decompress it (bunzip2), or take gzip or zstd'],
  ['fd377a585a00', 'compressed by xz', 'decompress it (unxz), or take gzip or zstd'],
  ['377abcaf271c', 'a 7z file', 'unpack it'],
  ['255044462d', 'a PDF', 'take its text out of it (pdftotext)'],
  ['d0cf11e0a1b1', 'an Office file', 'save it as text or CSV'],
  ['fffe', 'UTF-16', 'write it as UTF-8 (iconv -f UTF-16 -t UTF-8)'],
  ['feff', 'UTF-16', 'write it as UTF-8 (iconv -f UTF-16 -t UTF-8)'],
  ['53514c69746520666f726d6174', 'an SQLite database', 'write its tables as CSV or Parquet'],
  ['934e554d5059', 'an array of NumPy', 'write it as Parquet, a column of lists of float32'],
  ['4f626a01', 'an Avro file', 'write it as Parquet or JSON Lines'],
];

function checkHead(bytes: Buffer, uri: string): void {
  const head = bytes.subarray(0, 16).toString('hex');
  const other = OTHERS.find(([start]) => head.startsWith(start));
  if (other)
    throw new Failure('DataError', `${uri} is ${other[1]}, which is not read; ${other[2]}`);
}
