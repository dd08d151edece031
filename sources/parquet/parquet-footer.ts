import { Failure } from '../../schemas/failures.ts';
import { KNOWN_BY_BYTES, refuseForeign } from '../foreign-format.ts';
import { readElement, type SchemaElement, type SchemaNode, schemaTree } from './parquet-schema.ts';
import { ThriftReader } from './thrift-reader.ts';

export interface ParquetSource {
  uri: string;
  size: number;
  /** Bytes [from, to) of the file. */
  range: (from: number, to: number) => Promise<Uint8Array>;
}

/** What a Parquet file says of itself at its end. */
export interface ParquetFooter {
  schema: SchemaNode;
  rows: number;
  /** Program and version. */
  createdBy: string;
  /** The file, whose end is in memory already. */
  source: ParquetSource;
  /** The row groups with the chunks of these columns, one at a time. */
  groups(leaves: readonly number[]): Generator<RowGroup, void, undefined>;
}

interface RowGroup {
  rows: number;
  /** In the order of the leaves asked for. */
  chunks: ColumnChunk[];
}

/** Where the pages of a column lie, in one row group (parquet.thrift, ColumnMetaData). */
export interface ColumnChunk {
  type: number;
  encodings: number[];
  codec: number;
  /** Values, nulls among them. */
  values: number;
  from: number;
  to: number;
}

const MAGIC_BYTES = 4;
const FOOTER_BYTES = 8;
/** Of a file that is not yet known: most footers are in them. */
const TAIL_BYTES = 64 * 1024;
const LONGEST_FOOTER = 256 * 1024 * 1024;

/** Throws DataError where the file is cut off, broken, encrypted or not of one piece. */
export async function readFooter(file: ParquetSource): Promise<ParquetFooter> {
  const { uri, size } = file;
  const tailFrom = Math.max(0, size - TAIL_BYTES);
  const tail = Buffer.from(await file.range(tailFrom, size));
  const magic = tail.toString('latin1', Math.max(0, tail.length - MAGIC_BYTES));
  if (magic === 'PARE') throw new Failure('DataError', `${uri}: ${ENCRYPTED}`);
  if (size < MAGIC_BYTES + FOOTER_BYTES || magic !== 'PAR1') {
    const head = tailFrom === 0 ? tail : await file.range(0, KNOWN_BY_BYTES);
    refuseForeign(head, uri);
    const begins = Buffer.from(head.subarray(0, MAGIC_BYTES)).toString('latin1');
    throw new Failure(
      'DataError',
      `${uri}: ${begins === 'PAR1' ? 'the Parquet file is cut off' : 'no Parquet file'}: ` +
        `expected PAR1 in its last 4 bytes (of ${size}), found ` +
        Buffer.from(magic, 'latin1').toString('hex'),
    );
  }
  const length = tail.readUInt32LE(tail.length - FOOTER_BYTES);
  if (length + MAGIC_BYTES + FOOTER_BYTES > size)
    throw new Failure(
      'DataError',
      `${uri}: the Parquet file is cut off: its footer takes ${length} bytes, the file ${size}`,
    );
  if (length > LONGEST_FOOTER)
    throw new Failure(
      'DataError',
      `${uri}: its Parquet footer takes ${length} bytes, more than ${LONGEST_FOOTER}; write ` +
        'fewer columns or larger row groups',
    );
  const from = size - FOOTER_BYTES - length;
  const bytes =
    from >= tailFrom
      ? tail.subarray(from - tailFrom, tail.length - FOOTER_BYTES)
      : await file.range(from, size - FOOTER_BYTES);
  const range: ParquetSource['range'] = (first, end) =>
    first >= tailFrom
      ? Promise.resolve(tail.subarray(first - tailFrom, end - tailFrom))
      : file.range(first, end);
  return parseFooter(bytes, { ...file, range });
}

export const ENCRYPTED =
  'an encrypted Parquet file; decrypt it first (pyarrow: read with decryption properties, ' +
  'write without)';

function parseFooter(bytes: Uint8Array, source: ParquetSource): ParquetFooter {
  const { uri, size } = source;
  const elements: SchemaElement[] = [];
  let rows = 0;
  let createdBy = '';
  let groupsAt: { position: number; type: number } | undefined;
  let isEncrypted = false;
  const parsed = <Value>(read: () => Value): Value => {
    try {
      return read();
    } catch (error) {
      if (error instanceof Failure) throw error;
      const { message } = error as Error;
      throw new Failure('DataError', `${uri}: a broken Parquet footer (${message})`, {
        cause: error,
      });
    }
  };
  const schema = parsed(() => {
    const reader = new ThriftReader(bytes);
    reader.struct((id, type) => {
      if (id === 2) return reader.list(type, () => elements.push(readElement(reader)));
      if (id === 3) rows = reader.integer(type);
      else if (id === 4) groupsAt = { position: reader.position, type };
      else if (id === 6) createdBy = Buffer.from(reader.binary(type)).toString('utf8');
      else if (id === 8) isEncrypted = true;
      return id === 3 || id === 6;
    });
    return schemaTree(elements);
  });
  return {
    schema,
    rows,
    createdBy,
    source,
    *groups(leaves) {
      if (groupsAt === undefined) return;
      const starts = parsed(() => startsOf(bytes, groupsAt!));
      for (const [at, start] of starts.entries())
        yield parsed(() => {
          const group = readGroup(new ThriftReader(bytes, start), leaves);
          for (const chunk of group.chunks) checkChunk(chunk, at, size, isEncrypted, uri);
          return group;
        });
    },
  };
}

/** Where the row groups begin. */
function startsOf(bytes: Uint8Array, at: { position: number; type: number }): Float64Array {
  const starts: number[] = [];
  const reader = new ThriftReader(bytes, at.position);
  reader.list(at.type, () => {
    starts.push(reader.position);
    reader.struct(() => false);
  });
  return Float64Array.from(starts);
}

interface FoundChunk extends ColumnChunk {
  isElsewhere: boolean;
  isEncrypted: boolean;
}

function readGroup(
  reader: ThriftReader,
  leaves: readonly number[],
): { rows: number; chunks: FoundChunk[] } {
  const found = new Map<number, FoundChunk>();
  let rows = 0;
  reader.struct((id, type) => {
    if (id === 3) rows = reader.integer(type);
    else if (id !== 1) return false;
    else {
      let leaf = 0;
      reader.list(type, () => {
        if (leaves.includes(leaf)) found.set(leaf, readChunk(reader));
        else reader.struct(() => false);
        leaf += 1;
      });
    }
    return true;
  });
  if (rows < 0) throw new RangeError(`a row group of ${rows} rows`);
  const chunks = leaves.map((leaf) => {
    const chunk = found.get(leaf);
    if (chunk === undefined) throw new RangeError(`a row group without its column ${leaf}`);
    return chunk;
  });
  return { rows, chunks };
}

function readChunk(reader: ThriftReader): FoundChunk {
  const chunk: FoundChunk = {
    type: -1,
    encodings: [],
    codec: 0,
    values: 0,
    from: -1,
    to: -1,
    isElsewhere: false,
    isEncrypted: false,
  };
  let dictionaryAt: number | undefined;
  let bytes = -1;
  reader.struct((id, type) => {
    if (id === 1) chunk.isElsewhere = reader.binary(type).length > 0;
    else if (id === 8 || id === 9) {
      chunk.isEncrypted = true;
      return false;
    } else if (id !== 3) return false;
    else
      return reader.structOf(type, (field, inner) => {
        if (field === 1) chunk.type = reader.integer(inner);
        else if (field === 2)
          return reader.list(inner, (each) => chunk.encodings.push(reader.integer(each)));
        else if (field === 4) chunk.codec = reader.integer(inner);
        else if (field === 5) chunk.values = reader.integer(inner);
        else if (field === 7) bytes = reader.integer(inner);
        else if (field === 9) chunk.from = reader.integer(inner);
        else if (field === 11) dictionaryAt = reader.integer(inner);
        else return false;
        return true;
      });
    return true;
  });
  // Some writers give 0 where there is no dictionary.
  if (dictionaryAt !== undefined && dictionaryAt > 0 && dictionaryAt < chunk.from)
    chunk.from = dictionaryAt;
  chunk.to = chunk.from + bytes;
  return chunk;
}

function checkChunk(
  chunk: FoundChunk,
  group: number,
  size: number,
  isEncrypted: boolean,
  uri: string,
): void {
  if (chunk.isEncrypted || (isEncrypted && chunk.type < 0))
    throw new Failure('DataError', `${uri}: ${ENCRYPTED}`);
  if (chunk.isElsewhere)
    throw new Failure(
      'DataError',
      `${uri}: its rows lie in other files (a summary as Spark writes them); name those files`,
    );
  const { from, to, values } = chunk;
  // A group without rows has pages nowhere.
  if (values === 0) chunk.to = chunk.from;
  else if (from < MAGIC_BYTES || to < from || to > size - FOOTER_BYTES || !(values > 0))
    throw new RangeError(
      `row group ${group}: ${values} values in bytes ${from} to ${to} of ${size}`,
    );
}
