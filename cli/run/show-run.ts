import { WorkflowNotFoundError } from '@temporalio/client';
import type { Client } from '@temporalio/client';
import type { ReindexResult } from '../../schemas/run.ts';
import { Failure } from '../../schemas/failures.ts';
import { followRun } from './follow-run.ts';
import { createProgressDisplay } from './progress-display.ts';
import type { Terminals } from '../terminal/program-options.ts';

interface ShowOptions {
  terminals: Terminals;
  /** Only the last line goes to stdout; progress shows where stderr is a terminal. */
  json: boolean;
  signal: AbortSignal;
}

/** A terminal is drawn anew this often; each look asks the workflow. */
const LOOK_EVERY_MS = { live: 400, plain: 1_000 } as const;

/** Follows a run on the terminal until it ends (its result) or the signal comes (undefined). */
export async function showRun(
  client: Client,
  workflowId: string,
  options: ShowOptions,
): Promise<ReindexResult | undefined> {
  const { err } = options.terminals;
  const silent = options.json && !err.live;
  const display = createProgressDisplay(err);
  try {
    return await followRun(client, workflowId, {
      signal: options.signal,
      intervalMs: err.live ? LOOK_EVERY_MS.live : LOOK_EVERY_MS.plain,
      onSnapshot: (snapshot) => {
        if (!silent) display.update(snapshot);
      },
    });
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) throw unknownRun(workflowId, error);
    throw error;
  } finally {
    display.finish();
  }
}

/** Nobody has started this one here. */
export function unknownRun(workflowId: string, cause: unknown): Error {
  return new Error(
    `no run ${workflowId} in this namespace\nhint: \`hashloom run list\` shows the runs there are`,
    { cause },
  );
}

/** The index that a command is about: the one named, else the one of ./hashloom.yaml. */
export async function indexOrConfigured(name: string | undefined): Promise<string> {
  if (name !== undefined) return name;
  const { CONFIGURATION_FILE, loadConfiguration } =
    await import('../configuration/load-configuration.ts');
  try {
    return (await loadConfiguration(CONFIGURATION_FILE)).index;
  } catch (error) {
    throw new Failure(
      'ConfigurationError',
      `name an index, or be where a ${CONFIGURATION_FILE} is: ${(error as Error).message}`,
      { cause: error },
    );
  }
}
