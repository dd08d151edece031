import { IndexReadError } from '../index-errors.ts';

const MAX_TRIES = 3;
const FIRST_PAUSE_MS = 50;

/** What may go better the next time: a server that has too much to do, an answer cut short. */
export class PassingReadError extends IndexReadError {}

/**
 * What `read` gives. Where it throws a PassingReadError it is called again, three times at most,
 * after pauses that grow and differ from caller to caller, so that those whom a server turned away
 * together do not come back together.
 */
export async function tryAgain<Result>(read: () => Promise<Result>): Promise<Result> {
  for (let tries = 1; ; tries++) {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof PassingReadError) || tries === MAX_TRIES) throw error;
      const pauseMs = FIRST_PAUSE_MS * 4 ** (tries - 1) * (1 + Math.random());
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }
}
