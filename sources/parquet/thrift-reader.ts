/** How Thrift's compact protocol numbers the types of fields. */
const TYPE = { yes: 1, no: 2, byte: 3, i16: 4, i64: 6, double: 7, binary: 8 } as const;
const LIST = new Set([9, 10]);
const MAP = 11;
const STRUCT = 12;

/** Structs and lists within one another, at most. */
const DEEPEST = 64;

/**
 * Reads Thrift's compact protocol out of bytes that nobody vouches for: what is not asked for is
 * passed over without being kept, so that memory does not grow with a footer. All methods throw
 * RangeError on bytes that are no such thing, at their end, and on integers beyond 2^53.
 */
export class ThriftReader {
  readonly #bytes: Uint8Array;
  #at: number;
  #depth = 0;

  constructor(bytes: Uint8Array, at = 0) {
    this.#bytes = bytes;
    this.#at = at;
  }

  get position(): number {
    return this.#at;
  }

  /**
   * The fields of a struct: `take` reads the value of a field and returns true, or returns false
   * for it to be passed over.
   */
  struct(take: (id: number, type: number) => boolean): void {
    this.#enter();
    let id = 0;
    for (let head = this.#byte(); head !== 0; head = this.#byte()) {
      id = head >> 4 === 0 ? this.#zigzag() : id + (head >> 4);
      if (!take(id, head & 15)) this.#skip(head & 15);
    }
    this.#depth -= 1;
  }

  /** A struct within a field of this type. */
  structOf(type: number, take: (id: number, type: number) => boolean): true {
    if (type !== STRUCT) throw new RangeError(`type ${type} at byte ${this.#at}, not a struct`);
    this.struct(take);
    return true;
  }

  /** The elements of a list: `each` reads one. */
  list(type: number, each: (element: number) => void): true {
    const { element, count } = this.#beginList(type);
    this.#enter();
    for (let k = 0; k < count; k++) each(element);
    this.#depth -= 1;
    return true;
  }

  integer(type: number): number {
    if (type < TYPE.byte || type > TYPE.i64)
      throw new RangeError(`type ${type} at byte ${this.#at}, not an integer`);
    if (type === TYPE.byte) return (this.#byte() << 24) >> 24;
    return this.#zigzag();
  }

  boolean(type: number): boolean {
    if (type !== TYPE.yes && type !== TYPE.no)
      throw new RangeError(`type ${type} at byte ${this.#at}, not a boolean`);
    return type === TYPE.yes;
  }

  /** A view. */
  binary(type: number): Uint8Array {
    if (type !== TYPE.binary)
      throw new RangeError(`type ${type} at byte ${this.#at}, not a text or bytes`);
    const length = this.#varint();
    const from = this.#at;
    this.#pass(length);
    return this.#bytes.subarray(from, this.#at);
  }

  #beginList(type: number): { element: number; count: number } {
    if (!LIST.has(type)) throw new RangeError(`type ${type} at byte ${this.#at}, not a list`);
    const head = this.#byte();
    const count = head >> 4 === 15 ? this.#varint() : head >> 4;
    // An element takes a byte or more, so that a count is no promise of work without bytes.
    if (count > this.#bytes.length - this.#at)
      throw new RangeError(`a list of ${count} elements at byte ${this.#at}`);
    return { element: head & 15, count };
  }

  #skip(type: number): void {
    if (type === TYPE.yes || type === TYPE.no) return;
    if (type === TYPE.byte) this.#pass(1);
    else if (type >= TYPE.i16 && type <= TYPE.i64) this.#passVarint();
    else if (type === TYPE.double) this.#pass(8);
    else if (type === TYPE.binary) this.#pass(this.#varint());
    else if (LIST.has(type)) this.#skipList(type);
    else if (type === STRUCT) this.struct(() => false);
    else if (type === MAP) this.#skipMap();
    else throw new RangeError(`a value of type ${type} at byte ${this.#at}`);
  }

  #skipList(type: number): void {
    const { element, count } = this.#beginList(type);
    this.#enter();
    for (let k = 0; k < count; k++) this.#skipElement(element);
    this.#depth -= 1;
  }

  #skipMap(): void {
    const count = this.#varint();
    if (count === 0) return;
    const types = this.#byte();
    this.#enter();
    for (let k = 0; k < count; k++) {
      this.#skipElement(types >> 4);
      this.#skipElement(types & 15);
    }
    this.#depth -= 1;
  }

  /** Of lists and maps, where a boolean is a byte of its own. */
  #skipElement(type: number): void {
    if (type === TYPE.yes || type === TYPE.no) this.#pass(1);
    else this.#skip(type);
  }

  #enter(): void {
    this.#depth += 1;
    if (this.#depth > DEEPEST) throw new RangeError(`more than ${DEEPEST} structs in one another`);
  }

  #byte(): number {
    const value = this.#bytes[this.#at];
    if (value === undefined) throw new RangeError(`no end of a struct at byte ${this.#at}`);
    this.#at += 1;
    return value;
  }

  #pass(length: number): void {
    if (length > this.#bytes.length - this.#at)
      throw new RangeError(`${length} bytes at byte ${this.#at} of ${this.#bytes.length}`);
    this.#at += length;
  }

  #passVarint(): void {
    for (let k = 0; k < 10; k++) if (this.#byte() < 128) return;
    throw new RangeError(`no number at byte ${this.#at}`);
  }

  #varint(): number {
    let value = 0;
    for (let factor = 1; factor < 2 ** 70; factor *= 128) {
      const next = this.#byte();
      value += factor * (next & 127);
      if (next >= 128) continue;
      if (value > Number.MAX_SAFE_INTEGER) break;
      return value;
    }
    throw new RangeError(`no number below 2^53 at byte ${this.#at}`);
  }

  #zigzag(): number {
    const value = this.#varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }
}
