import { Failure } from '../../schemas/failures.ts';
import { decodeFields, encodeFields, type ThriftStructTree } from './thrift-tree.ts';

/** A Parquet file to read from: parts of it, and all of it from start to end. */
export interface ParquetSource {
  /** For messages. */
  name: string;
  size: number;
  read(start: number, end: number): Promise<Uint8Array>;
  /** Its bytes from the first to the last, proven by the time they end. */
  stream(): AsyncIterable<Uint8Array>;
}

const MAGIC = Buffer.from('PAR1');
const ENDING_BYTES = 8;
/** Fields of parquet.thrift. */
const FILE = { rows: 3, groups: 4 } as const;
const GROUP = { columns: 1, fileOffset: 5, ordinal: 7 } as const;
const CHUNK = {
  fileOffset: 2,
  meta: 3,
  offsetIndexOffset: 4,
  offsetIndexLength: 5,
  columnIndexOffset: 6,
  columnIndexLength: 7,
} as const;
const META = { dataPage: 9, indexPage: 10, dictionaryPage: 11, bloomFilter: 14 } as const;
const LOCATIONS = 1;
const LOCATION_OFFSET = 1;

/**
 * Parquet files of one schema and one writer as one file: row groups are copied as they are, in
 * order, page indexes and footer written anew. The same row groups give the same bytes, however
 * they came in files. Throws IntegrityError on bytes that are no such Parquet.
 */
export async function* joinParquet(
  sources: Iterable<ParquetSource> | AsyncIterable<ParquetSource>,
): AsyncGenerator<Uint8Array, void, undefined> {
  yield MAGIC;
  let at = MAGIC.length;
  let rows = 0;
  let first: ThriftStructTree | undefined;
  const groups: ThriftStructTree[] = [];
  /**
   * Page indexes of all chunks: they follow the row groups, first those of columns, then those of
   * offsets.
   */
  const indexes: { chunk: ThriftStructTree; column: Uint8Array; offset: Uint8Array }[] = [];
  for await (const source of sources) {
    const { footer, footerAt } = await readFooter(source);
    first ??= footer;
    const shift = at - MAGIC.length;
    const own = listOf(footer, FILE.groups);
    let dataEnd = footerAt;
    for (const group of own) {
      for (const chunk of listOf(group, GROUP.columns))
        dataEnd = Math.min(
          dataEnd,
          numberOf(chunk, CHUNK.columnIndexOffset) ?? footerAt,
          numberOf(chunk, CHUNK.offsetIndexOffset) ?? footerAt,
        );
    }
    for (const group of own) {
      move(group, GROUP.fileOffset, shift);
      setNumber(group, GROUP.ordinal, groups.length);
      for (const chunk of listOf(group, GROUP.columns)) {
        move(chunk, CHUNK.fileOffset, shift);
        const meta = chunk.find(({ id }) => id === CHUNK.meta)?.value as ThriftStructTree;
        for (const field of Object.values(META)) move(meta, field, shift);
        const offset = await readIndex(
          source,
          chunk,
          CHUNK.offsetIndexOffset,
          CHUNK.offsetIndexLength,
        );
        const { fields } = decodeFields(offset, 0);
        for (const location of listOf(fields, LOCATIONS)) move(location, LOCATION_OFFSET, shift);
        indexes.push({
          chunk,
          column: await readIndex(source, chunk, CHUNK.columnIndexOffset, CHUNK.columnIndexLength),
          offset: encodeFields(fields),
        });
      }
      groups.push(group);
    }
    rows += numberOf(footer, FILE.rows) ?? 0;
    let position = 0;
    for await (const piece of source.stream()) {
      const from = Math.max(position, MAGIC.length);
      const to = Math.min(position + piece.length, dataEnd);
      if (to > from) yield piece.subarray(from - position, to - position);
      position += piece.length;
    }
    at += dataEnd - MAGIC.length;
  }
  for (const [kind, offsetField, lengthField] of [
    ['column', CHUNK.columnIndexOffset, CHUNK.columnIndexLength],
    ['offset', CHUNK.offsetIndexOffset, CHUNK.offsetIndexLength],
  ] as const) {
    for (const index of indexes) {
      const bytes = index[kind];
      if (bytes.length === 0) continue;
      setNumber(index.chunk, offsetField, at);
      setNumber(index.chunk, lengthField, bytes.length);
      at += bytes.length;
      yield bytes;
    }
  }
  if (!first) throw new RangeError('join: expected at least one file');
  setNumber(first, FILE.rows, rows);
  first.find(({ id }) => id === FILE.groups)!.value = groups;
  const footer = encodeFields(first);
  yield footer;
  yield new Uint8Array(Uint32Array.of(footer.length).buffer);
  yield MAGIC;
}

/** A file that is in memory. */
export function parquetBytes(name: string, bytes: Uint8Array): ParquetSource {
  return {
    name,
    size: bytes.length,
    read: (start, end) => Promise.resolve(bytes.subarray(start, end)),
    async *stream() {
      yield await Promise.resolve(bytes);
    },
  };
}

async function readFooter(
  source: ParquetSource,
): Promise<{ footer: ThriftStructTree; footerAt: number }> {
  const refuse = (found: string, cause?: unknown): never => {
    throw new Failure(
      'IntegrityError',
      `${source.name}: expected a Parquet file of ${source.size} bytes, found ${found}`,
      { cause },
    );
  };
  if (source.size < MAGIC.length + ENDING_BYTES) refuse('fewer than it needs');
  const ending = Buffer.from(await source.read(source.size - ENDING_BYTES, source.size));
  if (!ending.subarray(4).equals(MAGIC)) refuse('another ending');
  const footerAt = source.size - ENDING_BYTES - ending.readUInt32LE(0);
  if (footerAt < MAGIC.length) refuse('a footer that is larger than the file');
  try {
    return {
      footer: decodeFields(await source.read(footerAt, source.size - ENDING_BYTES), 0).fields,
      footerAt,
    };
  } catch (error) {
    return refuse(`a footer that cannot be read (${(error as Error).message})`, error);
  }
}

async function readIndex(
  source: ParquetSource,
  chunk: ThriftStructTree,
  offset: number,
  length: number,
): Promise<Uint8Array> {
  const start = numberOf(chunk, offset);
  const bytes = numberOf(chunk, length);
  if (start === undefined || bytes === undefined)
    throw new Failure('IntegrityError', `${source.name}: expected page indexes`);
  return await source.read(start, start + bytes);
}

function listOf(fields: ThriftStructTree, id: number): ThriftStructTree[] {
  return (fields.find((field) => field.id === id)?.value ?? []) as ThriftStructTree[];
}

function numberOf(fields: ThriftStructTree, id: number): number | undefined {
  return fields.find((field) => field.id === id)?.value as number | undefined;
}

function setNumber(fields: ThriftStructTree, id: number, value: number): void {
  const field = fields.find((each) => each.id === id);
  if (field) field.value = value;
}

/** An offset in the file moves; where it is absent, or 0 because nobody fills it, nothing does. */
function move(fields: ThriftStructTree, id: number, shift: number): void {
  const field = fields.find((each) => each.id === id);
  if (field && field.value !== 0) field.value = (field.value as number) + shift;
}
