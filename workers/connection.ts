import { setTimeout as pause } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { NativeConnection, type NativeConnectionOptions } from '@temporalio/worker';
import { Failure } from '../schemas/failures.ts';

const DEFAULT_ADDRESS = '127.0.0.1:7233';

const DEFAULT_NAMESPACE = 'default';

const CONNECT_MS = 10_000;

export const CALL_MS = 5000;

export const POLL_MS = 250;

// Numbers of gRPC's status and of Temporal's API (TaskQueueType, IndexedValueType, WorkerStatus).
const STATUS = { notFound: 5, permissionDenied: 7 };

interface ConnectOptions {
  /** Wins over TEMPORAL_ADDRESS and the profile. */
  address?: string;
  /** Wins over TEMPORAL_NAMESPACE and the profile. */
  namespace?: string;
  /** Wins over TEMPORAL_PROFILE. */
  profile?: string;
  /**
   * The address is the embedded server's: nothing of the environment or the configuration file
   * applies.
   */
  embedded?: boolean;
  /** How long to try; 10 s unless told. */
  timeoutMs?: number;
}

export interface ClientConnection {
  client: Client;
  connection: Connection;
  namespace: string;
  address: string;
}

/**
 * A client of the Temporal server that the options, the environment (TEMPORAL_ADDRESS and its kin)
 * or the Temporal configuration file name; TLS and API key come from there too. Throws
 * TemporalUnreachable when it does not answer or refuses us, ConfigurationError when profile, file
 * or namespace are wrong.
 */
export async function connectClient(options: ConnectOptions = {}): Promise<ClientConnection> {
  const { connectionOptions, namespace, address } = resolveConnection(options);
  const timeoutMs = options.timeoutMs ?? CONNECT_MS;
  const { tls, apiKey, metadata } = connectionOptions;
  const given = {
    ...(tls !== undefined && { tls }),
    ...(apiKey !== undefined && { apiKey }),
    ...(metadata !== undefined && { metadata }),
  };
  const connection = await Connection.connect({
    address,
    connectTimeout: timeoutMs,
    ...given,
  }).catch((error: unknown) => {
    throw unreachable(address, timeoutMs, error);
  });
  try {
    await requireNamespace(connection, namespace, address);
  } catch (error) {
    await connection.close();
    throw error;
  }
  return { client: new Client({ connection, namespace }), connection, namespace, address };
}

/** The connection that workers poll through, found and failing as in `connectClient`. */
export async function connectWorker(
  options: ConnectOptions = {},
): Promise<{ connection: NativeConnection; namespace: string; address: string }> {
  const { connectionOptions, namespace, address } = resolveConnection(options);
  const timeoutMs = options.timeoutMs ?? CONNECT_MS;
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    try {
      return {
        connection: await connectNative({ ...connectionOptions, address }, deadline),
        namespace,
        address,
      };
    } catch (error) {
      if (Date.now() + POLL_MS > deadline) throw unreachable(address, timeoutMs, error);
      await pause(POLL_MS);
    }
  }
}

/**
 * Whether the environment or the Temporal configuration file names a server. A namespace or a key
 * alone does not.
 */
export function isTemporalConfigured(
  environment: NodeJS.ProcessEnv = process.env,
  profile?: string,
): boolean {
  return loadConfiguration(environment, profile).connectionOptions.address !== undefined;
}

/** One attempt; the core refuses at once what is closed, and has no timeout for what is silent. */
async function connectNative(
  options: NativeConnectionOptions,
  deadline: number,
): Promise<NativeConnection> {
  const connecting = NativeConnection.connect(options);
  const timer = new AbortController();
  const late = pause(deadline - Date.now(), undefined, { signal: timer.signal }).then(() => {
    // Should it come up after all, nobody would close it.
    connecting.then((connection) => connection.close()).catch(() => undefined);
    throw new Error('no answer');
  });
  try {
    return await Promise.race([connecting, late]);
  } finally {
    late.catch(() => undefined);
    timer.abort();
  }
}

interface ResolvedConnection {
  connectionOptions: NativeConnectionOptions;
  namespace: string;
  address: string;
}

function resolveConnection(options: ConnectOptions): ResolvedConnection {
  const { connectionOptions, namespace } = options.embedded
    ? { connectionOptions: {} as NativeConnectionOptions }
    : loadConfiguration(process.env, options.profile);
  return {
    connectionOptions,
    namespace: options.namespace ?? namespace ?? DEFAULT_NAMESPACE,
    address: options.address ?? connectionOptions.address ?? DEFAULT_ADDRESS,
  };
}

function loadConfiguration(
  environment: NodeJS.ProcessEnv,
  profile: string | undefined,
): ReturnType<typeof loadClientConnectConfig> {
  // An empty variable, as compose files and charts leave them, is as good as none.
  const variables = Object.fromEntries(
    Object.entries(environment).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== '',
    ),
  );
  try {
    return loadClientConnectConfig({
      overrideEnvVars: variables,
      ...(profile !== undefined && { profile }),
    });
  } catch (error) {
    throw new Failure(
      'ConfigurationError',
      `the Temporal configuration cannot be read: ${reason(error)}. Look at ` +
        'TEMPORAL_PROFILE, TEMPORAL_CONFIG_FILE and the TEMPORAL_TLS_* files.',
      { cause: error },
    );
  }
}

/**
 * Also finds out whether it is Temporal that answers: a proxy that knows nothing of gRPC passes for
 * an old server until here.
 */
async function requireNamespace(
  connection: Connection,
  namespace: string,
  address: string,
): Promise<void> {
  try {
    await connection.withDeadline(Date.now() + CALL_MS, () =>
      connection.workflowService.describeNamespace({ namespace }),
    );
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (code === STATUS.notFound) {
      throw new Failure(
        'ConfigurationError',
        `Temporal at ${address} has no namespace ${JSON.stringify(namespace)}. Set ` +
          `TEMPORAL_NAMESPACE, or make it: temporal operator namespace create -n ${namespace}`,
        { cause: error },
      );
    }
    // Without the right to look at the namespace, runs in it may still be allowed.
    if (code !== STATUS.permissionDenied) throw unreachable(address, CALL_MS, error);
  }
}

function unreachable(address: string, timeoutMs: number, error: unknown): Failure {
  const hint =
    'Set TEMPORAL_ADDRESS to a running server, start one with `hashloom dev`, or add --local ' +
    'to run with an embedded one.';
  return new Failure(
    'TemporalUnreachable',
    `Temporal does not let us in at ${address} (tried for ${timeoutMs / 1000} s at most): ` +
      `${reason(error)}. ${hint}`,
    { cause: error },
  );
}

export function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const text =
    error.cause instanceof Error ? `${error.message}: ${reason(error.cause)}` : error.message;
  return text.replace(/[.\s]+$/, '');
}
