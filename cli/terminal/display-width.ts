/**
 * Columns that a text takes in a terminal: combining marks take none, East Asian wide characters
 * and emoji two. Escape sequences for colours are not counted.
 */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text.replace(ESCAPES, '')) width += characterWidth(character);
  return width;
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
  for (const piece of text.split(ESCAPES_KEPT)) {
    if (piece.startsWith('\u001b')) {
      out += piece;
      coloured = true;
      continue;
    }
    for (const character of piece) {
      const next = characterWidth(character);
      if (used + next > width - 1) return `${out}…${coloured ? RESET : ''}`;
      out += character;
      used += next;
    }
  }
  return out;
}

const RESET = '\u001b[0m';
const ESCAPES = /\u001b\[[0-9;]*m/g;
const ESCAPES_KEPT = /(\u001b\[[0-9;]*m)/;
const NO_WIDTH = /[\p{Mn}\p{Me}\p{Cf}]/u;
const WIDE =
  /[\p{Emoji_Presentation}\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]/u;

function characterWidth(character: string): number {
  if (NO_WIDTH.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}
