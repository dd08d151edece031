import { Failure } from '../../schemas/failures.ts';
import { connectClient, isTemporalConfigured } from '../../workers/connection.ts';
import type { ClientConnection } from '../../workers/connection.ts';
import type { TemporalOptions } from '../terminal/program-options.ts';

/**
 * Connects to the Temporal that the flags, the environment or a profile name. Throws
 * TemporalUnreachable.
 */
export async function openTemporal(options: TemporalOptions): Promise<ClientConnection> {
  requireTemporal(options);
  return await connectClient(options);
}

/**
 * There is no default address: a pod with a missing variable must not fall back on anything. Throws
 * TemporalUnreachable.
 */
export function requireTemporal(options: TemporalOptions): void {
  if (options.address !== undefined || isTemporalConfigured(process.env, options.profile)) return;
  throw new Failure(
    'TemporalUnreachable',
    [
      'no Temporal is configured',
      'hint: --address HOST:PORT, TEMPORAL_ADDRESS, or a profile of the Temporal client ' +
        'configuration (TEMPORAL_PROFILE)',
      '      `hashloom run --local` brings a server and workers of its own; `hashloom dev` ' +
        'starts some that stay',
    ].join('\n'),
  );
}

/** Runs `work` on a connection that is closed afterwards. */
export async function withTemporal<Result>(
  options: TemporalOptions,
  work: (temporal: ClientConnection) => Promise<Result>,
): Promise<Result> {
  const temporal = await openTemporal(options);
  try {
    return await work(temporal);
  } finally {
    await temporal.connection.close();
  }
}
