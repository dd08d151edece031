import type { TextStream } from '../../../cli/terminal/terminal.ts';

/** A stream that keeps what is written, with the size of a terminal. */
export interface FakeStream extends TextStream {
  readonly written: string[];
}

export function fakeStream(size?: { columns: number; rows: number }): FakeStream {
  const written: string[] = [];
  return {
    written,
    write: (text) => written.push(text),
    ...(size === undefined ? {} : { isTTY: true, ...size }),
  };
}

/**
 * What a terminal shows after these writes: understands newline, return, cursor up, clear line and
 * clear below.
 */
export function screenOf(written: readonly string[]): string[] {
  const lines: string[] = [''];
  let row = 0;
  for (const [, sequence, control, plain] of written
    .join('')
    .matchAll(/(\u001b\[[0-9;]*[A-Za-z])|([\n\r])|([^\u001b\n\r]+)/g)) {
    if (plain !== undefined) lines[row] = (lines[row] ?? '') + plain;
    else if (control === '\n') row += 1;
    else if (control === '\r') lines[row] = '';
    else if (sequence?.endsWith('A') === true) row -= Number(sequence.slice(2, -1));
    else if (sequence === '\u001b[J') lines.length = row;
    if (lines[row] === undefined) lines[row] = '';
  }
  return lines;
}
