import { Failure } from '../../schemas/failures.ts';
import { refuseForeign } from '../../sources/foreign-format.ts';
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

const UTF16 = /^(?:\xff\xfe|\xfe\xff)/u;

function checkHead(bytes: Buffer, uri: string): void {
  refuseForeign(bytes, uri);
  if (UTF16.test(bytes.toString('latin1', 0, 2)))
    throw new Failure(
      'DataError',
      `${uri} is UTF-16, which is not read; write it as UTF-8 (iconv -f UTF-16 -t UTF-8)`,
    );
}
