import type { DocumentsConfiguration } from '../schemas/configuration/documents.ts';
import { Failure } from '../schemas/failures.ts';
import { decompress, type ExpectedFile } from './compression/decompress.ts';
import { checkUtf8 } from './text/check-utf8.ts';
import { detectFormat, isParquet, peek, peekBytes } from './detect-format.ts';
import { refuseNoText } from './foreign-format.ts';
import { itemId } from './item-id.ts';
import { fieldIn, fieldOf, kindOf, parseLine } from './text/json-lines.ts';
import type { ParquetSource } from './parquet/parquet-footer.ts';
import { payloadText } from './payload-text.ts';
import type { RowKeeper } from './row-keeper.ts';
import { checkString } from './text/check-value.ts';
import { readLabelledRows } from './read-labelled-rows.ts';
import type { Labelled, LabelledDocument, LabelledOptions } from './labelled-document.ts';
import { isBlank, splitLines } from './text/split-lines.ts';

/**
 * Documents of a file, one at a time: lines of JSON, rows of Parquet, or a plain text, which is one
 * document: its id the last two parts of the path, its label the name of the folder, its part
 * `train` or `test` where a folder above is called so or ends with -train or -test. A DataError
 * names file and line or row of what is wrong: a null, an id that is none, vectors whose lists do
 * not fit.
 */
export async function* readLabelled(
  file: ExpectedFile,
  stream: AsyncIterable<Uint8Array>,
  options: LabelledOptions,
  rows: RowKeeper,
  range: ParquetSource['range'],
): Labelled {
  const chunks = decompress(file, stream, options.maximumRatio);
  try {
    const { head, all } = await peekBytes(chunks);
    if (options.format === 'parquet' || (options.format === 'auto' && isParquet(head))) {
      await chunks.return();
      yield* readLabelledRows({ ...file, range }, options, rows);
      return;
    }
    if ((file.start ?? 0) === 0) refuseNoText(head, file.uri, options.format);
    const checked = await peek(checkUtf8(all, file.uri, options));
    const format =
      options.format === 'auto' ? detectFormat(checked.head, file.uri) : options.format;
    if (format === 'jsonl') {
      const lines = splitLines(checked.all, file.uri, options.longestLine);
      for await (const { bytes, line, replaced } of lines) {
        rows.replaced += replaced;
        if (isBlank(bytes)) continue;
        const where = `${file.uri} line ${line}`;
        const found = rows.keep(() => documentOfLine(bytes.toString('utf8'), options, where, rows));
        if (found) yield found;
      }
    } else if (format === 'text') {
      const pieces: Uint8Array[] = [];
      for await (const { bytes, replaced } of checked.all) {
        rows.replaced += replaced;
        pieces.push(bytes);
      }
      const text = Buffer.concat(pieces).toString('utf8');
      const payload = options.fields && { payload: '{}' };
      yield { ...documentOfFile(text, file.uri, options.documents), ...payload };
    } else {
      throw new Failure(
        'DataError',
        `${file.uri}: format ${format} has no documents with ids; expected jsonl, parquet or ` +
          'text (a document a file)',
      );
    }
  } finally {
    await chunks.return();
  }
}

function documentOfLine(
  line: string,
  options: LabelledOptions,
  where: string,
  rows: RowKeeper,
): LabelledDocument {
  const { field, documents } = options;
  const object = parseLine(line, where);
  const checked = (value: unknown, name: string): unknown => {
    if (Array.isArray(value)) return value.map((each) => checked(each, name));
    if (typeof value !== 'string') return value;
    const { text, replaced } = checkString(value, `${where}, field "${name}"`, options);
    rows.replaced += replaced;
    return text;
  };
  const valueOf = (name: string): unknown => checked(fieldOf(object, name, where), name);
  const text = [documents.title, field]
    .filter((name) => name !== '')
    .map((name) => textOf(valueOf(name), name, where))
    .join('\n');
  const split = documents.split === '' ? '' : valueOf(documents.split);
  if (typeof split !== 'string')
    throw new Failure(
      'DataError',
      `${where}: field "${documents.split}" holds ${kindOf(split)}, expected a string`,
    );
  const labels =
    documents.labels === '' ? [] : labelsOf(valueOf(documents.labels), documents.labels, where);
  const payload = payloadText(
    (name) => checked(fieldIn(object, name), name),
    documents.payload,
    options.fields,
    where,
  );
  return {
    id: itemId(valueOf(documents.id), where),
    split,
    labels,
    text,
    ...(payload !== undefined && { payload }),
    where,
  };
}

function textOf(value: unknown, name: string, where: string): string {
  if (typeof value === 'string') return value;
  throw new Failure(
    'DataError',
    `${where}: field "${name}" holds ${kindOf(value)}, expected a string; leave the document ` +
      'out or give it an empty text',
  );
}

function labelsOf(value: unknown, name: string, where: string): string[] {
  const labels = Array.isArray(value) ? value : [value];
  for (const label of labels) {
    if (typeof label !== 'string')
      throw new Failure(
        'DataError',
        `${where}: "${name}" holds ${kindOf(label)}, expected a text or a list of texts`,
      );
  }
  return [...new Set(labels as string[])];
}

function documentOfFile(
  text: string,
  uri: string,
  { labels, split }: DocumentsConfiguration,
): LabelledDocument {
  const parts = decodeURIComponent(uri.replace(/\.(?:txt|gz|zst)+$/u, '')).split('/');
  const [folder = '', name = ''] = parts.slice(-2);
  const part = parts.slice(0, -1).findLast((each) => /(?:^|[-_])(?:train|test)$/u.test(each));
  const known = split === '' ? '' : (part?.match(/(?:train|test)$/u)?.[0] ?? '');
  return {
    id: `${folder}/${name}`,
    split: known,
    labels: labels === '' ? [] : [folder],
    text,
    where: uri,
  };
}
