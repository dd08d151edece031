import { readFile } from 'node:fs/promises';
import { Failure } from '../../schemas/failures.ts';

/**
 * The vectors of a file, one or several: a JSON array of numbers or of such arrays, or a NumPy file
 * (.npy) of float32 or float64, (d) or (n, d) row-major. Throws Failure (ConfigurationError) with
 * what is there instead. Whether values and length fit an index, the index says.
 */
export async function readVectorFile(file: string): Promise<ArrayLike<number>[]> {
  const bytes = await readFile(file).catch((error: unknown) => {
    throw refusal(file, `cannot be read: ${(error as Error).message}`, error);
  });
  const vectors = MAGIC.every((byte, at) => bytes[at] === byte)
    ? npyVectors(file, bytes)
    : jsonVectors(file, bytes.toString('utf8'));
  if (vectors.length === 0) throw refusal(file, 'has no vectors');
  return vectors;
}

/** Every .npy begins with these. */
const MAGIC = [0x93, ...Buffer.from('NUMPY')];

function npyVectors(file: string, bytes: Buffer): ArrayLike<number>[] {
  const major = bytes[6] ?? 0;
  const start = major === 1 ? 10 : 12;
  if (bytes.length < start) throw refusal(file, `ends after ${bytes.length} bytes of its header`);
  const end = start + (major === 1 ? bytes.readUInt16LE(8) : bytes.readUInt32LE(8));
  const header = bytes.toString('latin1', start, end);
  const type = /'descr':\s*'([^']*)'/.exec(header)?.[1];
  const shape = /'shape':\s*\(([^)]*)\)/.exec(header)?.[1];
  const sizes = (shape ?? '')
    .split(',')
    .filter((size) => size.trim() !== '')
    .map(Number);
  if (type !== '<f4' && type !== '<f8')
    throw refusal(file, `holds ${type ?? 'no type'}; expected float32 (<f4) or float64 (<f8)`);
  if (sizes.length < 1 || sizes.length > 2)
    throw refusal(file, `has the shape (${shape ?? ''}); expected (d) or (n, d)`);
  if (/'fortran_order':\s*True/.test(header) && sizes.length === 2)
    throw refusal(file, 'is laid out by columns; expected rows: numpy.ascontiguousarray does it');
  const [rows, dimensions] = sizes.length === 1 ? [1, sizes[0]!] : [sizes[0]!, sizes[1]!];
  const width = type === '<f4' ? 4 : 8;
  if (bytes.length !== end + rows * dimensions * width)
    throw refusal(
      file,
      `has ${bytes.length - end} bytes of numbers; expected ${rows * dimensions * width} for ` +
        `${rows} x ${dimensions} of ${type}`,
    );
  const at = (index: number): number =>
    width === 4 ? bytes.readFloatLE(end + 4 * index) : bytes.readDoubleLE(end + 8 * index);
  return Array.from({ length: rows }, (_, row) =>
    Array.from({ length: dimensions }, (_, column) => at(row * dimensions + column)),
  );
}

function jsonVectors(file: string, text: string): ArrayLike<number>[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw refusal(file, `is neither .npy nor JSON: ${(error as Error).message}`, error);
  }
  if (isVector(value)) return value.length === 0 ? [] : [value];
  if (Array.isArray(value) && value.every(isVector)) return value;
  throw refusal(file, 'expected a JSON array of numbers, or an array of such arrays');
}

const isVector = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((each) => typeof each === 'number');

function refusal(file: string, what: string, cause?: unknown): Failure {
  return new Failure('ConfigurationError', `--vector ${file}: ${what}`, { cause });
}
