import { escapeHtml } from './escape-html.ts';
import { metricDirection } from '../schemas/metrics.ts';

/** A section of the page under its heading. */
export const section = (title: string, content: string): string =>
  `<section><h2>${title}</h2>\n${content}\n</section>`;

/** A figure under which a caption stands. */
export const picture = (svg: string, caption: string): string =>
  `<figure>${svg}<figcaption>${caption}</figcaption></figure>`;

/** A cell that `table` sets to the right. */
export const number = (content: string): string => `\u0000${content}`;

/**
 * Cells are HTML already; those of `number` stand to the right. Of many columns each cell knows its
 * head, so that a phone shows a row as a card and no column lies beyond its edge.
 */
export function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const isWide = heads.length > MAX_PHONE_COLUMNS;
  const cell = (tag: 'th' | 'td', content: string, head = ''): string => {
    const kind = content.startsWith('\u0000') ? ' class="number"' : '';
    const label = isWide && head !== '' ? ` data-head="${plain(head)}"` : '';
    return `<${tag}${kind}${label}>${content.replace('\u0000', '')}</${tag}>`;
  };
  const body = rows.map(
    (row) => `<tr>${row.map((content, at) => cell('td', content, heads[at])).join('')}</tr>`,
  );
  return (
    `<div class="scroll${isWide ? ' cards' : ''}"><table><thead>` +
    `<tr>${heads.map((head) => cell('th', head)).join('')}</tr></thead>\n` +
    `<tbody>\n${body.join('\n')}\n</tbody></table></div>`
  );
}

/** So many columns fit beside one another on a phone. */
const MAX_PHONE_COLUMNS = 3;

/** A head as the value of an attribute: without the mark of numbers and without tags. */
const plain = (head: string): string =>
  head
    .replace('\u0000', '')
    .replaceAll(/<[^>]*>/g, '')
    .replaceAll('"', '&quot;');

/** How to ask the index that a page is about. */
export function queryHint(index: string, itemsName: string): string {
  const asked = itemsName === 'words' ? 'WORD' : 'ID';
  return `<p>Ask it: <code>hashloom query ${asked} --index ${escapeHtml(index)}</code></p>`;
}

/** What a metric gained or lost against the version before, in words. */
export function change(name: string, value: number, before: number | undefined): string {
  if (before === undefined) return '';
  const difference = value - before;
  if (difference === 0) return '=';
  const toward = Math.sign(difference) * metricDirection(name);
  const shown = `${difference > 0 ? '+' : '\u2212'}${figure(Math.abs(difference))}`;
  return toward === 0 ? shown : `<span class="${toward > 0 ? 'up' : 'down'}">${shown}</span>`;
}

/** `shuffledHr50` as `shuffled HR 50`. */
export function words(name: string): string {
  return name
    .replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
    .replace(/\bhr(\d+)/, 'HR@$1')
    .replace(/\bmap(\d+)/, 'MAP@$1')
    .replace(/\b(gain|labels)(\d+)/, '$1@$2')
    .replace(/\b(precision|recall)(?: at)?(\d+)/, '$1@$2')
    .replace(/\bwp\b/, 'WP')
    .replace(/\bf1\b/, 'F1');
}

/** A whole number with its thousands apart. */
export const count = (value: number): string => Math.round(value).toLocaleString('en-US');

/** A time for a person. */
export const seconds = (value: number): string =>
  `${value < 10 ? value.toFixed(1) : count(value)} s`;

/** A number with four digits. */
export function figure(value: number): string {
  return Number.isInteger(value) ? count(value) : String(Number(value.toPrecision(4)));
}

/** A size in powers of 1000. */
export function bytes(value: number): string {
  if (value < 1000) return `${value} B`;
  if (value < 1e6) return `${(value / 1e3).toFixed(1)} kB`;
  return value < 1e9 ? `${(value / 1e6).toFixed(1)} MB` : `${(value / 1e9).toFixed(2)} GB`;
}
