import { metricDirection } from '../schemas/metrics.ts';

/** A section of the page under its heading. */
export const section = (title: string, content: string): string =>
  `<section><h2>${title}</h2>\n${content}\n</section>`;

/** A figure under which a caption stands. */
export const picture = (svg: string, caption: string): string =>
  `<figure>${svg}<figcaption>${caption}</figcaption></figure>`;

/** A cell that `table` sets to the right. */
export const number = (content: string): string => `\u0000${content}`;

/** Cells are HTML already; those of `number` stand to the right. */
export function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const cell = (tag: 'th' | 'td') => (content: string) =>
    content.startsWith('\u0000')
      ? `<${tag} class="number">${content.slice(1)}</${tag}>`
      : `<${tag}>${content}</${tag}>`;
  const body = rows.map((row) => `<tr>${row.map(cell('td')).join('')}</tr>`).join('\n');
  return (
    `<div class="scroll"><table><thead><tr>${heads.map(cell('th')).join('')}</tr></thead>\n` +
    `<tbody>\n` +
    `${body}\n` +
    '</tbody></table></div>'
  );
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
    .replace(/\bmahp(\d+)/, 'mAHP@$1')
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
