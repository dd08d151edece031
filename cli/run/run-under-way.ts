import { decodeArrayFromPayloads } from '@temporalio/common/lib/internal-non-workflow/index.js';
import type { Configuration } from '../../schemas/configuration.ts';
import { Failure } from '../../schemas/failures.ts';
import { upgradeConfiguration } from '../../schemas/recorded-configuration.ts';
import type { ReindexInput } from '../../schemas/run.ts';
import { reindexWorkflowId, WORKFLOW } from '../../schemas/run.ts';
import type { ClientConnection } from '../../workers/connection.ts';
import { endRun } from './cancel-run.ts';
import { differingKeys } from './differing-keys.ts';
import type { PreparedRun } from './start-run.ts';

/** Keys that a refusal shows at most. */
const MAX_KEYS = 20;
/** Workers end what they do within seconds; a run without workers may take longer. */
const REPLACE_WITHIN_MS = 60_000;

/**
 * In what the run of an index that is under way differs from one that was asked for, a line a key;
 * none where they are the same.
 */
export async function differencesToRunUnderWay(
  { client, connection, namespace }: ClientConnection,
  prepared: PreparedRun,
): Promise<string[]> {
  const workflowId = reindexWorkflowId(prepared.input.configuration.index);
  // The first event holds the input; the rest of a history may be long.
  const { history } = await connection.workflowService.getWorkflowExecutionHistory({
    namespace,
    execution: { workflowId },
    maximumPageSize: 1,
  });
  const started = history?.events?.[0]?.workflowExecutionStartedEventAttributes;
  const [input] = (await decodeArrayFromPayloads(
    client.options.loadedDataConverter,
    started?.input?.payloads,
  )) as [ReindexInput];
  const workflow = prepared.workflow ?? WORKFLOW.reindex;
  return differingKeys(
    comparable(started?.workflowType?.name ?? '', {
      ...input,
      configuration: upgradeConfiguration(input.configuration) as Configuration,
    }),
    comparable(workflow, prepared.input),
  );
}

/** Where a refused run could go on from. */
interface WaysOn {
  /** The command that cancels the run under way and starts this one. */
  replace: string;
  /** How to go on with the run under way, a line a way. */
  keep: readonly string[];
}

/**
 * The refusal of a run while another of its index is under way, with what differs between the two.
 */
export function alreadyRunning(
  index: string,
  differences: readonly string[],
  { replace, keep }: WaysOn,
): Failure {
  const workflowId = reindexWorkflowId(index);
  const lines =
    differences.length === 0
      ? [`a run of ${index} is under way with these very settings: workflow ${workflowId}`]
      : [`a run of ${index} is under way with other settings: workflow ${workflowId}`];
  lines.push(...differences.slice(0, MAX_KEYS).map((line) => `  ${line}`));
  if (differences.length > MAX_KEYS) lines.push(`  and ${differences.length - MAX_KEYS} more`);
  lines.push(
    ...[...keep, `cancel it and start this one: ${replace}`].map(
      (way, at) => `${at === 0 ? 'hint: ' : '      '}${way}`,
    ),
  );
  return new Failure('AlreadyRunning', lines.join('\n'));
}

/**
 * Cancels the run of an index and waits for its end; throws AlreadyRunning where it does not end in
 * time.
 */
export async function endRunUnderWay({ client }: ClientConnection, index: string): Promise<void> {
  const workflowId = reindexWorkflowId(index);
  const ended = await endRun(client, workflowId, REPLACE_WITHIN_MS);
  if (!ended)
    throw new Failure(
      'AlreadyRunning',
      `${workflowId} is asked to stop but has not ended within ${REPLACE_WITHIN_MS / 1000} ` +
        `s; nothing was started\n` +
        `hint: hashloom watch ${index}`,
    );
}

/**
 * As it travels, so that what JSON leaves out differs from nothing. Whether a namespace knows
 * search attributes is no setting of a run.
 */
function comparable(workflow: string, input: ReindexInput): Record<string, unknown> {
  return JSON.parse(JSON.stringify({ workflow, ...input, searchAttributes: undefined })) as Record<
    string,
    unknown
  >;
}
