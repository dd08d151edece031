import { readDocuments } from '../../sources/read-documents.ts';
import { rowKeeper } from '../../sources/row-keeper.ts';
import { columnsOf } from './parquet-columns.ts';
import { configuration } from '../../schemas/configuration.ts';

/** Files of others that a reader is tried on: a repository at a commit, which is its checksum. */
export interface Suite {
  repository: string;
  commit: string;
  /** Folders of it. */
  folders: string[];
  /** What must come of a file: it is read, it is refused, either, or it is not tried. */
  expected: (path: string) => 'read' | 'refuse' | 'any' | undefined;
  /** Reads it; what is returned is held against the digests that were recorded. */
  read: (path: string, bytes: Buffer) => Promise<string>;
}

/** A page of more than a GiB, and files that nobody has the keys of. */
const BEYOND = /large_string_map|\.encrypted|corrupt-checksum/u;

export const SUITES: Suite[] = [
  {
    repository: 'apache/arrow-testing',
    commit: '9cfebfef8982fb8612e0a2c59059752bd32321a3',
    folders: ['data/parquet'],
    expected: (path) => (path.endsWith('.md') ? undefined : 'any'),
    read: columnsOf,
  },
  {
    repository: 'apache/parquet-testing',
    commit: '1a2a75127be06fc0123f03ebd36c966f7beda27d',
    folders: ['data', 'bad_data'],
    expected(path) {
      if (!/\.parquet(?:\.encrypted)?$/u.test(path)) return undefined;
      if (path.includes('plaintext_footer') || path.startsWith('bad_data/')) return 'any';
      return BEYOND.test(path) ? 'refuse' : 'read';
    },
    read: columnsOf,
  },
  {
    repository: 'facebook/zstd',
    commit: '2dddf0905619b70c25faeca7f1a39601dc97616f',
    folders: ['tests/golden-decompression', 'tests/golden-decompression-errors'],
    expected(path) {
      if (!path.endsWith('.zst')) return undefined;
      return path.includes('-errors/') ? 'refuse' : 'read';
    },
    read: (path, bytes) => documentsOf(path, bytes, { format: 'text', nulBytes: 'space' }),
  },
  {
    repository: 'nst/JSONTestSuite',
    commit: '1ef36fa01286573e846ac449e8683f8833c5b26a',
    folders: ['test_parsing'],
    expected(path) {
      // A line has no line break in it.
      if (path.endsWith('n_string_unescaped_newline.json')) return undefined;
      if (path.includes('/y_')) return 'read';
      return path.includes('/n_') ? 'refuse' : 'any';
    },
    // As a value of a line: there a line break ends the line.
    read(path, bytes) {
      const value = Buffer.from(bytes.toString('latin1').replace(/[\r\n]+/gu, ' '), 'latin1');
      const line = [Buffer.from('{"text": "a", "value": '), value, Buffer.from('}\n')];
      return documentsOf(path, Buffer.concat(line), { format: 'jsonl' });
    },
  },
  {
    repository: 'webrecorder/warcio',
    commit: '2a797aa8c6d67e70966ce9d1a690208ab250fbe7',
    folders: ['test/data'],
    // Crawls as they came, and ARC: none of them has the text of its pages.
    expected: (path) => (/\.w?arc/u.test(path) ? 'refuse' : undefined),
    read: (path, bytes) => documentsOf(path, bytes, { invalidUtf8: 'replace', nulBytes: 'space' }),
  },
];

async function documentsOf(
  path: string,
  bytes: Buffer,
  options: Record<string, unknown>,
): Promise<string> {
  const { source } = configuration.parse({
    index: 'a',
    store: '/a',
    source: { path: '/a', ...options },
  });
  async function* stream() {
    yield bytes;
  }
  const range = (from: number, to: number) => Promise.resolve(bytes.subarray(from, to));
  const file = { uri: path, size: bytes.length };
  const pieces: Uint8Array[] = [];
  for await (const piece of readDocuments(file, stream(), source, rowKeeper(source), range))
    pieces.push(Buffer.from(piece.bytes));
  return Buffer.concat(pieces).toString('latin1');
}
