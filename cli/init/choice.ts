import type { Configuration } from '../../schemas/configuration.ts';

/** A value that was chosen for a corpus, and why. */
export interface Choice {
  /** The key of the configuration: `source.kind`. */
  key: string;
  value: unknown;
  /** What was seen, in words, without a full stop. */
  reason: string;
}

export type Kind = Configuration['source']['kind'];

const LONGEST_NAME = 40;

/** A name from a file for a line of a terminal or a comment: whatever it holds, it stays one. */
export function shown(name: string): string {
  const cut = name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME - 1)}…` : name;
  // Line separators and control characters would break a comment, or paint a terminal.
  return cut.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '�');
}
