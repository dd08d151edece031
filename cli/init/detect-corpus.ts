import type { Store } from '../../store/store.ts';
import { type Kind, shown } from './choice.ts';
import { delimitedShape } from './shapes/delimited-shape.ts';
import { cleanChoice } from './detect-documents.ts';
import { detectLists } from './detect-lists.ts';
import { detectTable } from './detect-table.ts';
import type { Detected } from './detected.ts';
import type { FileShape, TableShape } from './shapes/file-shape.ts';
import { jsonShape } from './shapes/json-shape.ts';
import { type ParquetShape, parquetShape } from './shapes/parquet-shape.ts';
import {
  sampleCorpus,
  type SampledCorpus,
  type SampledFile,
  type SampleSize,
  unlessBroken,
} from './sample-corpus.ts';
import { sampledLines } from './sampled-lines.ts';

export interface DetectedCorpus extends Detected {
  corpus: SampledCorpus;
  /** Of the file that most are like. */
  shape: FileShape;
  /** Rows of all Parquet files, from the footers of those that were looked at. */
  rows?: number;
}

/**
 * What kind of corpus lies at a URI, its format and its columns, from a sample. With `wanted` the
 * kind is given, and columns are looked for that fit it. Throws DataError where nothing is there
 * and where what is there cannot be read.
 */
export async function detectCorpus(
  uri: string,
  openStore: (uri: string) => Store,
  wanted?: Kind,
  size?: SampleSize,
): Promise<DetectedCorpus> {
  const corpus = await sampleCorpus(uri, openStore, size);
  const shapes: { file: SampledFile; shape: FileShape }[] = [];
  const { broken } = corpus;
  for (const file of corpus.sampled)
    await unlessBroken(broken, async () => shapes.push({ file, shape: await shapeOf(file) }));
  if (shapes.length === 0) throw broken[0]!;
  const main = mostBytes(shapes);
  const alike = shapes.filter(({ shape }) => isAlike(shape, main));
  const others = shapes.filter(({ shape }) => !isAlike(shape, main));
  const shape = joined(alike.map(({ shape: each }) => each));
  const detected = asText(
    detectShape(
      shape,
      wanted,
      alike.map(({ file }) => file),
    ),
    alike[0]!.file,
  );
  const notes = [...detected.notes];
  if (others.length > 0 && detected.kind !== 'text') notes.push(otherFiles(others[0]!.file, alike));
  const comment = alike.find(({ file }) => file.pieces[0]?.bytes[0] === COMMENT);
  if (comment && detected.kind !== 'text')
    notes.push("lines that begin with # are not passed over: take them out (grep -v '^#')");
  if (broken.length > 0)
    notes.push(
      `a run would end with: ${broken[0]!.message.split('\n')[0]}; source.badFiles: skip leaves ` +
        'out what cannot be read',
    );
  const rows = main.format === 'parquet' ? scaledRows(alike, corpus.bytes) : undefined;
  return { ...detected, notes, corpus, shape, ...(rows !== undefined && { rows }) };
}

/** What is called CSV is no text unless that is said. */
function asText(detected: Detected, { uri }: SampledFile): Detected {
  if (detected.kind !== 'text' || !TABLE_NAME.test(uri)) return detected;
  const reason = 'its name says that it is a table, and it is read as a text';
  const choices = [...detected.choices, { key: 'source.format', value: 'text', reason }];
  return { ...detected, choices };
}

const TABLE_NAME = /\.[ct]sv(?:\.gz|\.zst)?$/iu;

/** What the shape of files says they are. */
function detectShape(
  shape: FileShape,
  wanted: Kind | undefined,
  files: readonly SampledFile[],
): Detected {
  if (shape.holds === 'lists') {
    if (wanted === undefined || wanted === 'sequences') return detectLists(shape);
  } else if (shape.holds === 'table') {
    const detected = detectTable(shape, wanted);
    if (detected) return detected;
  } else if (wanted === 'documents' && shape.format === 'text') {
    return {
      kind: 'documents',
      choices: [
        { key: 'source.kind', value: 'documents', reason: 'every file is a document' },
        ...cleanChoice(files.map(({ pieces }) => pieces[0]!.bytes.toString('utf8'))),
      ],
      notes: [],
    };
  } else if (wanted === undefined || wanted === 'text') {
    const reason = TEXT_REASONS[shape.format];
    return {
      kind: 'text',
      choices: [{ key: 'source.kind', value: 'text', reason }],
      notes: shape.note === undefined ? [] : [shape.note],
    };
  }
  return notTold(shape, wanted);
}

const TEXT_REASONS = {
  text: 'lines of running text',
  wet: 'pages of Common Crawl (WET)',
  oscar: 'documents of OSCAR, text in "content"',
};

async function shapeOf(file: SampledFile): Promise<FileShape> {
  if (file.content === 'parquet') return await parquetShape(file);
  if (file.content === 'web-archive') return { holds: 'text', format: 'wet' };
  const sampled = sampledLines(file);
  const shape = jsonShape(sampled, file.uri) ?? delimitedShape(sampled);
  if (shape) return shape;
  const note = noTable(sampled.lines, file.uri);
  return { holds: 'text', format: 'text', ...(note !== undefined && { note }) };
}

/** Why what is called a table, or looks like one, is read as text. */
function noTable(lines: readonly string[], uri: string): string | undefined {
  if (lines.length > 0 && lines.slice(0, 100).every((line) => /^[^\s:]+::[^\s:]+/u.test(line)))
    return "fields are parted by '::', which is not read; take one character (sed 's/::/,/g')";
  return TABLE_NAME.test(uri)
    ? 'its lines do not have the same number of fields, so it was taken for text'
    : undefined;
}

function mostBytes(shapes: readonly { file: SampledFile; shape: FileShape }[]): FileShape {
  const bytes = new Map<string, number>();
  for (const { file, shape } of shapes)
    bytes.set(keyOf(shape), (bytes.get(keyOf(shape)) ?? 0) + file.size);
  const [most] = [...bytes].toSorted((a, b) => b[1] - a[1])[0]!;
  return shapes.find(({ shape }) => keyOf(shape) === most)!.shape;
}

/** `#` */
const COMMENT = 0x23;

const keyOf = (shape: FileShape): string => `${shape.holds} ${shape.format}`;

const isAlike = (shape: FileShape, main: FileShape): boolean => keyOf(shape) === keyOf(main);

/** Values of the columns of the same names, of all files. */
function joined(shapes: readonly FileShape[]): FileShape {
  const [first, ...rest] = shapes;
  if (first === undefined || rest.length === 0) return first!;
  if (first.holds === 'lists') {
    const lists = shapes.flatMap((shape) => (shape.holds === 'lists' ? shape.lists : []));
    return { ...first, lists };
  }
  if (first.holds !== 'table') return first;
  const tables = (shapes as TableShape[]).map(({ table }) => table);
  const columns = first.table.columns.map((column, at) => ({
    ...column,
    values: tables.flatMap(({ columns: all }) => {
      const same = column.name === '' ? all[at] : all.find(({ name }) => name === column.name);
      return same?.values ?? [];
    }),
  }));
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  return { ...first, table: { columns, rows, isWhole: tables.every(({ isWhole }) => isWhole) } };
}

function scaledRows(
  files: readonly { file: SampledFile; shape: FileShape }[],
  bytes: number,
): number {
  const looked = files.reduce((sum, { file }) => sum + file.size, 0);
  const rows = files.reduce((sum, { shape }) => sum + (shape as ParquetShape).fileRows, 0);
  return Math.round((rows * bytes) / looked);
}

function otherFiles(
  { uri }: SampledFile,
  alike: readonly { file: SampledFile; shape: FileShape }[],
): string {
  const ending = /\.[a-z]+(?:\.gz|\.zst)?$/iu.exec(alike[0]!.file.uri)?.[0];
  const glob = ending === undefined ? '' : `, for example --corpus 'FOLDER/**/*${ending}'`;
  return `${shown(lastPart(uri))} is of another kind: name the files that are meant${glob}`;
}

const lastPart = (uri: string): string => {
  const part = uri.slice(uri.lastIndexOf('/') + 1);
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
};

function notTold(shape: FileShape, wanted: Kind | undefined): Detected {
  const found = shape.holds === 'table' ? columnsOf(shape) : WHAT[shape.holds];
  if (wanted === undefined)
    return {
      kind: 'text',
      choices: [
        { key: 'source.kind', value: 'text', reason: `nothing else could be told of ${found}` },
      ],
      notes: ['--kind says what it is; then set source.field or source.columns'],
    };
  return {
    kind: wanted,
    choices: [{ key: 'source.kind', value: wanted, reason: 'given by --kind' }],
    notes: [
      `${found} do not look like ${wanted}: set source.format, source.field and source.columns`,
    ],
  };
}

const WHAT = { text: 'lines of text', lists: 'lists of ids' };

const columnsOf = ({ table }: TableShape): string =>
  `the columns ${table.columns
    .slice(0, 8)
    .map(({ name }, at) => (name === '' ? `${at + 1}` : shown(name)))
    .join(', ')}`;
