/** Parts of a newsgroup message that can be taken out. */
type MessagePart = 'headers' | 'most-headers' | 'quotes' | 'signatures';

const QUOTE =
  /^\s*(?:>|\||[A-Za-z]{0,4}>|In article\b|Quoted from\b)|(?:writes|wrote|says|said)\s*:\s*$/u;
const KEPT_HEADER = /^(?:From|Subject):/iu;
/**
 * A signature: behind a line of two dashes, or a last paragraph of at most so many lines behind a
 * line of dashes or underscores.
 */
const SIGNATURE = /^-- ?$/u;
const RULE = /^\s*[-_=*]{2,}\s*$/u;
const SIGNATURE_LINES = 10;

/**
 * A message without its headers (all before the first empty line, where the first line is a header;
 * `most-headers` leaves From and Subject, as the collection 20news-18828 has it), quoted lines with
 * the line that introduces them, and its signature. Lines end with LF or CR LF; a text without LF
 * but at its end, in which tabs stand for line ends (as some copies of 20 Newsgroups have it), is
 * taken by its tabs.
 */
export function cleanMessage(text: string, parts: readonly MessagePart[]): string {
  if (parts.length === 0) return text;
  let lines = text.trimEnd().includes('\n') ? text.split(/\r?\n/u) : text.split('\t');
  const [isBare, isShort] = [parts.includes('headers'), parts.includes('most-headers')];
  if ((isBare || isShort) && /^[\w-]+:/u.test(lines[0] ?? '')) {
    const empty = lines.findIndex((line) => line.trim() === '');
    const end = empty === -1 ? lines.length : empty;
    const kept = isBare ? [] : lines.slice(0, end).filter((line) => KEPT_HEADER.test(line));
    lines = [...kept, ...lines.slice(end + (isBare ? 1 : 0))];
  }
  if (parts.includes('signatures')) lines = withoutSignature(lines);
  if (parts.includes('quotes')) lines = lines.filter((line) => !QUOTE.test(line));
  return lines.join('\n');
}

function withoutSignature(lines: string[]): string[] {
  const dashes = lines.findLastIndex((line) => SIGNATURE.test(line));
  if (dashes > 0) return lines.slice(0, dashes);
  const rule = lines.findLastIndex((line) => RULE.test(line));
  const rest = lines.slice(rule + 1).filter((line) => line.trim() !== '').length;
  return rule > 0 && rest <= SIGNATURE_LINES ? lines.slice(0, rule) : lines;
}
