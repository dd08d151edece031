import type { Readable } from 'node:stream';
import { type DecodedText, decodeUtf8 } from './decode-utf8.ts';
import { decompress, type ExpectedFile } from './gunzip.ts';
import { splitLines, textOfLine } from './json-lines.ts';

export interface ReadOptions {
  format: 'auto' | 'text' | 'jsonl';
  /** For jsonl: the field with the text, `a.b` for nested ones. */
  field: string;
  invalidUtf8: 'fail' | 'replace';
}

/** Part of a document's text. */
export interface DocumentPiece {
  /** Cut anywhere between two characters. */
  text: string;
  /** It is the document's last piece. */
  endsDocument: boolean;
  /** Invalid UTF-8 sequences in it that became U+FFFD. */
  replaced: number;
}

/**
 * The documents of a file in pieces, in bounded memory: for `text` the file is one document, whatever is in it; for `jsonl` each line that
 * is not blank is one, and comes whole. Gzip is known by its first bytes, a BOM is skipped. `auto` takes a file for jsonl when its name ends
 * in .jsonl, .ndjson, .jsonl.gz or .ndjson.gz or its text begins with `{`. A DataError tells file and line or byte of what is wrong.
 */
export async function* readDocuments(file: ExpectedFile, stream: Readable, options: ReadOptions): AsyncGenerator<DocumentPiece, void, undefined> {
  const pieces = decodeUtf8(decompress(file, stream), file.uri, options.invalidUtf8);
  try {
    if (options.format === 'jsonl' || (options.format === 'auto' && isJsonLinesName(file.uri))) {
      yield* readJsonLines(pieces, file.uri, options.field);
      return;
    }
    // A lone BOM decodes to an empty text.
    let first = await pieces.next();
    if (first.done !== true && first.value.text === '') first = await pieces.next();
    if (first.done === true) {
      yield { text: '', endsDocument: true, replaced: 0 };
      return;
    }
    const all = rejoined(first.value, pieces);
    if (options.format === 'auto' && first.value.text.startsWith('{')) yield* readJsonLines(all, file.uri, options.field);
    else yield* readText(all);
  } finally {
    await pieces.return();
    stream.destroy();
  }
}

async function* readText(pieces: AsyncIterable<DecodedText>): AsyncGenerator<DocumentPiece, void, undefined> {
  for await (const { text, replaced } of pieces) yield { text, endsDocument: false, replaced };
  yield { text: '', endsDocument: true, replaced: 0 };
}

async function* readJsonLines(pieces: AsyncIterable<DecodedText>, uri: string, field: string): AsyncGenerator<DocumentPiece, void, undefined> {
  for await (const { text, replaced, line } of splitLines(pieces, uri)) {
    if (text.trim() !== '') yield { text: textOfLine(text, field, uri, line), endsDocument: true, replaced };
  }
}

async function* rejoined(first: DecodedText, rest: AsyncIterable<DecodedText>): AsyncGenerator<DecodedText, void, undefined> {
  yield first;
  yield* rest;
}

function isJsonLinesName(uri: string): boolean {
  return /\.(?:jsonl|ndjson)(?:\.gz)?$/iu.test(uri);
}
