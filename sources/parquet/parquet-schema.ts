import type { ThriftReader } from './thrift-reader.ts';

/** An element of a Parquet schema, as its footer has it (parquet.thrift, SchemaElement). */
export interface SchemaElement {
  name: string;
  /** The physical type by its number; undefined of groups. */
  type: number | undefined;
  /** Bytes of a FIXED_LEN_BYTE_ARRAY. */
  length: number;
  repetition: number;
  children: number;
  converted: number | undefined;
  scale: number;
  precision: number;
  logical: LogicalType | undefined;
}

/** The logical type by its number in the union, with what an integer says of itself. */
interface LogicalType {
  kind: number;
  bits: number;
  isSigned: boolean;
}

export interface SchemaNode {
  element: SchemaElement;
  children: SchemaNode[];
  /** Which of the columns it is; undefined of groups. */
  leaf: number | undefined;
}

export const PHYSICAL = {
  boolean: 0,
  int32: 1,
  int64: 2,
  int96: 3,
  float: 4,
  double: 5,
  bytes: 6,
  fixed: 7,
} as const;
export const REPETITION = { required: 0, optional: 1, repeated: 2 } as const;

const DEEPEST = 256;

/** Throws RangeError where the elements are no tree. */
export function schemaTree(elements: readonly SchemaElement[]): SchemaNode {
  let next = 0;
  let leaves = 0;
  const node = (depth: number): SchemaNode => {
    const element = elements[next];
    if (element === undefined) throw new RangeError(`a schema that ends at element ${next}`);
    if (depth > DEEPEST) throw new RangeError(`a schema of more than ${DEEPEST} levels`);
    next += 1;
    const children: SchemaNode[] = [];
    for (let k = 0; k < element.children; k++) children.push(node(depth + 1));
    const isLeaf = depth > 0 && element.type !== undefined && element.children === 0;
    return { element, children, leaf: isLeaf ? leaves++ : undefined };
  };
  const root = node(0);
  if (next !== elements.length)
    throw new RangeError(`a schema of ${elements.length} elements whose tree ends after ${next}`);
  return root;
}

/** Reads one element; `reader` stands at its struct. */
export function readElement(reader: ThriftReader): SchemaElement {
  const element: SchemaElement = {
    name: '',
    type: undefined,
    length: 0,
    repetition: REPETITION.required,
    children: 0,
    converted: undefined,
    scale: 0,
    precision: 0,
    logical: undefined,
  };
  reader.struct((id, type) => {
    if (id === 1) element.type = reader.integer(type);
    else if (id === 2) element.length = reader.integer(type);
    else if (id === 3) element.repetition = reader.integer(type);
    else if (id === 4) element.name = Buffer.from(reader.binary(type)).toString('utf8');
    else if (id === 5) element.children = reader.integer(type);
    else if (id === 6) element.converted = reader.integer(type);
    else if (id === 7) element.scale = reader.integer(type);
    else if (id === 8) element.precision = reader.integer(type);
    else if (id === 10) element.logical = readLogical(reader, type);
    else return false;
    return true;
  });
  return element;
}

const INTEGER = 10;
const DECIMAL = 5;

function readLogical(reader: ThriftReader, type: number): LogicalType {
  const logical: LogicalType = { kind: 0, bits: 0, isSigned: true };
  reader.structOf(type, (id, inner) => {
    logical.kind = id;
    if (id !== INTEGER) return false;
    return reader.structOf(inner, (field, each) => {
      if (field === 1) logical.bits = reader.integer(each);
      else if (field === 2) logical.isSigned = reader.boolean(each);
      else return false;
      return true;
    });
  });
  return logical;
}

/** Whether it is a decimal by either of the two ways to say so. */
export function isDecimal({ converted, logical }: SchemaElement): boolean {
  return logical?.kind === DECIMAL || converted === 5;
}
