import { setTimeout as pause } from 'node:timers/promises';
import type { Connection } from '@temporalio/client';
import { SEARCH_ATTRIBUTES } from '../schemas/run.ts';
import { POLL_MS } from './connection.ts';

/**
 * Makes the namespace know our Keyword search attributes. False when it does not and we may not
 * change that; never throws.
 */
export async function ensureSearchAttributes(
  connection: Connection,
  namespace: string,
): Promise<boolean> {
  const names: string[] = Object.values(SEARCH_ATTRIBUTES);
  try {
    return await connection.withDeadline(Date.now() + ATTRIBUTES_MS, async () => {
      const known = (await connection.operatorService.listSearchAttributes({ namespace }))
        .customAttributes;
      if (names.some((name) => name in known && Number(known[name]) !== KEYWORD)) return false;
      const missing = names.filter((name) => !(name in known));
      if (missing.length === 0) return true;
      await connection.operatorService.addSearchAttributes({
        namespace,
        searchAttributes: Object.fromEntries(missing.map((name) => [name, KEYWORD])),
      });
      return await areQueryable(connection, namespace, names);
    });
  } catch {
    return false;
  }
}

/**
 * The servers' own caches learn of new attributes a moment later; a run that used them before would
 * be refused.
 */
async function areQueryable(
  connection: Connection,
  namespace: string,
  names: string[],
): Promise<boolean> {
  const query = names.map((name) => `${name} = 'none'`).join(' AND ');
  const deadline = Date.now() + ATTRIBUTES_MS;
  while (Date.now() < deadline) {
    const known = await connection.workflowService
      .countWorkflowExecutions({ namespace, query })
      .then(
        () => true,
        () => false,
      );
    if (known) return true;
    await pause(POLL_MS);
  }
  return false;
}

const KEYWORD = 2;

const ATTRIBUTES_MS = 10_000;
