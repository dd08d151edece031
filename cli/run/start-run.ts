import {
  defineSearchAttributeKey,
  TypedSearchAttributes,
  WorkflowExecutionAlreadyStartedError,
} from '@temporalio/common';
import type { Configuration } from '../../schemas/configuration.ts';
import { isPairwise } from '../../schemas/configuration/training.ts';
import { Failure } from '../../schemas/failures.ts';
import { QUEUE_ROLES, QUEUES } from '../../schemas/queues.ts';
import { reindexWorkflowId, SEARCH_ATTRIBUTES, WORKFLOW } from '../../schemas/run.ts';
import type { ReindexInput } from '../../schemas/run.ts';
import { ensureSearchAttributes } from '../../workers/search-attributes.ts';
import { queuesWithoutPollers } from '../../workers/queue-pollers.ts';
import type { ClientConnection } from '../../workers/connection.ts';
import type { PolledQueue } from '../../workers/queue-pollers.ts';

export interface StartedRun {
  workflowId: string;
  runId: string;
}

/** Pollers of every queue have so long to show themselves. */
const POLLERS_WITHIN_MS = 10_000;

/** Throws TemporalUnreachable, naming the queues that nobody polls. */
export async function requireWorkers({ connection, namespace }: ClientConnection): Promise<void> {
  const queues: PolledQueue[] = [
    { queue: QUEUES.main, kind: 'workflow' },
    ...QUEUE_ROLES.map((role) => ({ queue: QUEUES[role], kind: 'activity' as const })),
  ];
  const lonely = await queuesWithoutPollers(connection, namespace, queues, {
    withinMs: POLLERS_WITHIN_MS,
  });
  if (lonely.length === 0) return;
  const roles = QUEUE_ROLES.filter((role) => lonely.includes(QUEUES[role]));
  throw new Failure(
    'TemporalUnreachable',
    `no worker polls ${lonely.join(', ')} in the namespace ${namespace}\n` +
      `hint: hashloom worker --queues ${roles.join(',')}`,
  );
}

/** The input of a run, and what Temporal's UI shows of it. */
export async function prepareRun(
  { connection, namespace }: ClientConnection,
  configuration: Configuration,
  force: boolean,
  retrain = false,
): Promise<PreparedRun> {
  const searchAttributes = await ensureSearchAttributes(connection, namespace);
  const { index, source } = configuration;
  const key = defineSearchAttributeKey(SEARCH_ATTRIBUTES.index, 'KEYWORD');
  return {
    input: { configuration, force, ...(retrain && { retrain }), searchAttributes },
    staticSummary: `Reindex ${index}`,
    staticDetails: [
      `- corpus: ${source.path}`,
      `- store: ${configuration.store}`,
      `- ${codesText(configuration)}, seed ${configuration.seed}`,
    ].join('\n'),
    ...(searchAttributes
      ? { typedSearchAttributes: new TypedSearchAttributes([{ key, value: index }]) }
      : {}),
  };
}

/** How the codes of items come about. */
function codesText({ source, training, codes }: Configuration): string {
  const { method, tables, bits, epochs } = training;
  if (source.kind === 'vectors' || source.kind === 'documents')
    return `${tables} tables of ${bits} bits`;
  return isPairwise(training)
    ? `${method}, ${tables} tables of ${bits} bits, ${epochs} epochs`
    : `${method}, two codes of ${codes.bits} bits`;
}

export interface PreparedRun {
  /** `reindex` when absent. */
  workflow?: typeof WORKFLOW.reindex | typeof WORKFLOW.append;
  input: ReindexInput;
  staticSummary: string;
  staticDetails: string;
  typedSearchAttributes?: TypedSearchAttributes;
}

/** Starts the run of an index; undefined where one is under way. */
export async function startRun(
  { client }: ClientConnection,
  prepared: PreparedRun,
): Promise<StartedRun | undefined> {
  const { input, workflow = WORKFLOW.reindex, ...shown } = prepared;
  const { index } = input.configuration;
  const workflowId = reindexWorkflowId(index);
  try {
    const handle = await client.workflow.start(workflow, {
      workflowId,
      taskQueue: QUEUES.main,
      args: [input],
      workflowIdConflictPolicy: 'FAIL',
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      ...shown,
    });
    return { workflowId, runId: handle.firstExecutionRunId };
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return undefined;
    throw error;
  }
}
