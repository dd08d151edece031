/** What the display needs to know of a stream; a test can pass an object of its own. */
export interface TextStream {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
}

/** A stream, and how much of a terminal it is. */
export interface Terminal {
  write(text: string): void;
  /** Lines can be drawn over again. */
  readonly live: boolean;
  /**
   * Columns now; asked anew for every frame, because windows are resized. Infinity where no
   * terminal is: who reads a pipe or a file wants all of it.
   */
  columns(): number;
  rows(): number;
  paint(style: keyof typeof STYLES, text: string): string;
}

const STYLES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const;

/**
 * Colours follow the convention of no-color.org; `FORCE_COLOR` turns them on where no terminal is.
 */
export function openTerminal(
  stream: TextStream,
  environment: Record<string, string | undefined> = process.env,
  wantsColor = true,
): Terminal {
  const tty = stream.isTTY === true;
  const dumb = environment['TERM'] === 'dumb';
  const forced = (environment['FORCE_COLOR'] ?? '0') !== '0';
  const refused = !wantsColor || (environment['NO_COLOR'] ?? '') !== '';
  const colored = !refused && (forced || (tty && !dumb));
  return {
    write: (text) => void stream.write(text),
    live: tty && !dumb,
    columns: () => (tty ? (stream.columns ?? 80) : Infinity),
    rows: () => stream.rows ?? 24,
    paint: (style, text) => (colored ? `\u001b[${STYLES[style]}m${text}\u001b[0m` : text),
  };
}
