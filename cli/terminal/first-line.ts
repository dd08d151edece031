import type { Terminals } from './program-options.ts';

/**
 * A line before anything is loaded or waited for: Temporal's client and workers take a second or
 * more, in which a person would wonder. Nothing where one JSON line is wanted and nobody looks.
 */
export function writeFirstLine({ err }: Terminals, json: boolean, line: string): void {
  if (!json || err.live) err.write(`${err.paint('dim', line)}\n`);
}
