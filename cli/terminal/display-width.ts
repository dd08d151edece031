import stringWidth from 'string-width';

/**
 * Columns that a text takes in a terminal: combining marks take none, East Asian wide characters
 * and emoji two. Escape sequences for colours are not counted.
 */
export function displayWidth(text: string): number {
  return stringWidth(text);
}

/** Fills a text with blanks to a width; longer texts stay as they are. */
export function padDisplay(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const blanks = ' '.repeat(Math.max(0, width - displayWidth(text)));
  return align === 'left' ? text + blanks : blanks + text;
}

/**
 * Cuts a text to a width, its last column an ellipsis when something is cut. Colours are kept and
 * closed.
 */
export function cutDisplay(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  if (width <= 0) return '';
  let out = '';
  let used = 0;
  let coloured = false;
  for (const piece of text.split(ESCAPES)) {
    if (piece.startsWith('\u001b')) {
      out += piece;
      coloured = true;
      continue;
    }
    for (const { segment } of GRAPHEMES.segment(piece)) {
      const next = displayWidth(segment);
      if (used + next > width - 1) return `${out}…${coloured ? RESET : ''}`;
      out += segment;
      used += next;
    }
  }
  return out;
}

const RESET = '\u001b[0m';
const ESCAPES = /(\u001b\[[0-9;]*m)/;
/** A character as a reader sees it may be several code points, as a family of emoji is. */
const GRAPHEMES = new Intl.Segmenter();
