import { setTimeout as pause } from 'node:timers/promises';
import { inspect } from 'node:util';

export interface Patience {
  /** How long to look; 60 s unless told. */
  withinMs?: number;
  /** The pause between two looks; 50 ms unless told. */
  everyMs?: number;
}

/**
 * Looks again and again, with a pause, until `look` gives something other than undefined or false;
 * gives that. An error of `look` is its caller's. Throws after `withinMs`, with what was waited for
 * and what was last seen.
 */
export async function eventually<Seen>(
  what: string,
  look: () => Promise<Seen | undefined | false> | Seen | undefined | false,
  { withinMs = 60_000, everyMs = 50 }: Patience = {},
): Promise<Seen> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const seen = await look();
    if (seen !== undefined && seen !== false) return seen;
    if (Date.now() > deadline)
      throw new Error(`${what}: not within ${withinMs / 1000} s; last seen: ${inspect(seen)}`);
    await pause(everyMs);
  }
}
