import { Failure } from '../../schemas/failures.ts';
import { itemId } from '../item-id.ts';
import { checkValue, checkValueBytes, type TextRules } from '../text/check-value.ts';
import { type ParquetValue, valueOf } from './column-values.ts';
import type { BatchColumn, ParquetBatch } from './read-parquet.ts';

/**
 * The values of a row as the kinds of sources take them, one row of a batch after another. Columns
 * are named by their place among those that were asked for. All methods throw DataError, with file,
 * row and column, on a value that is missing, and on a text that the rules refuse.
 */
export class RowReader {
  /** Of the batch. */
  at = 0;
  /** Invalid sequences that became U+FFFD, in all rows so far. */
  replaced = 0;
  readonly #batch: ParquetBatch;
  readonly #uri: string;
  readonly #rules: TextRules;

  constructor(batch: ParquetBatch, uri: string, rules: TextRules) {
    this.#batch = batch;
    this.#uri = uri;
    this.#rules = rules;
  }

  /** File and row, for messages. */
  get where(): string {
    return `${this.#uri} row ${this.#batch.row + this.at}`;
  }

  /** Text, a number, a boolean or a list; undefined where there is none. */
  field(column: number): unknown {
    const value = valueOf(this.#batch.columns[column]!, this.at);
    if (Array.isArray(value)) return value.map((item) => this.#plain(item, column));
    return this.#plain(value, column);
  }

  /** Of a list of texts an item a line. */
  text(column: number): string {
    const value = this.#value(column);
    if (!Array.isArray(value)) return this.#text(value, column);
    return value.map((item) => this.#text(item, column)).join('\n');
  }

  /** The same as UTF-8; a view where it is one text that nothing was replaced in. */
  bytes(column: number): Uint8Array {
    const value = this.#value(column);
    if (!(value instanceof Uint8Array)) return Buffer.from(this.text(column));
    const checked = checkValueBytes(value, () => this.#place(column), this.#rules);
    this.replaced += checked.replaced;
    return checked.bytes;
  }

  id(column: number): string {
    return this.#id(this.#value(column) as ParquetValue, column);
  }

  ids(column: number): string[] {
    return this.#list(column).map((value) => this.#id(value, column));
  }

  /** Texts and numbers of a list, or the one there is. */
  labels(column: number): string[] {
    return this.#list(column).map((value) => this.#text(value, column));
  }

  number(column: number): number {
    return Number(this.#value(column));
  }

  numbers(column: number): number[] {
    return this.#list(column).map((value) => Number(this.#there(value, column)));
  }

  #value(column: number): ParquetValue | ParquetValue[] {
    const value = valueOf(this.#batch.columns[column]!, this.at);
    return Array.isArray(value) ? value : this.#there(value, column);
  }

  #list(column: number): ParquetValue[] {
    const value = this.#value(column);
    return Array.isArray(value) ? value : [value];
  }

  #plain(value: ParquetValue, column: number): unknown {
    return value instanceof Uint8Array ? this.#text(value, column) : value;
  }

  #id(value: ParquetValue, column: number): string {
    if (typeof value === 'number' || typeof value === 'bigint') {
      if (typeof value === 'bigint' || Number.isSafeInteger(value)) return value.toString();
      return itemId(value, this.#place(column));
    }
    const text = this.#text(value, column);
    if (text === '') throw new Failure('DataError', `${this.#place(column)}: an empty id`);
    return text;
  }

  #text(value: ParquetValue, column: number): string {
    const known = this.#there(value, column);
    if (!(known instanceof Uint8Array)) return String(known);
    const checked = checkValue(known, () => this.#place(column), this.#rules);
    this.replaced += checked.replaced;
    return checked.text;
  }

  #there(value: ParquetValue, column: number): NonNullable<ParquetValue> {
    if (value !== undefined) return value;
    throw new Failure('DataError', `${this.#place(column)}: null; expected a value`);
  }

  #place(column: number): string {
    const found: BatchColumn = this.#batch.columns[column]!;
    return `${this.where}, column "${found.column.name}"`;
  }
}
