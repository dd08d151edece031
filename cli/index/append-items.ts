import { readFile } from 'node:fs/promises';
import { requireVersion } from '../../activities/versions/current-version.ts';
import type { Configuration } from '../../schemas/configuration.ts';
import { recordedConfiguration } from '../../schemas/recorded-configuration.ts';
import { Failure } from '../../schemas/failures.ts';
import { type AppendRunInput, WORKFLOW } from '../../schemas/run.ts';
import type { ClientConnection } from '../../workers/connection.ts';
import type { IndexTarget } from '../configuration/index-target.ts';
import { toUri } from '../configuration/load-configuration.ts';
import { type PreparedRun, prepareRun } from '../run/start-run.ts';

interface AppendRequest {
  source: string | undefined;
  /** Ids, and `@file` for the lines of a file. */
  deleted: readonly string[];
  minimumCount: number | undefined;
  force: boolean;
}

/** What an append starts with. */
interface Append {
  configuration: Configuration;
  prepare: (connection: ClientConnection) => Promise<PreparedRun>;
}

/** Ids that a workflow's input holds. */
const MAX_DELETED_BYTES = 1024 * 1024;

/**
 * The append of a source, of deletions or of both to the current version, with the settings that
 * version was made with.
 */
export async function planAppend(
  { store, index, version }: IndexTarget,
  request: AppendRequest,
): Promise<Append> {
  const currentVersion = await requireVersion(store, index);
  if (version !== undefined && version !== currentVersion.version)
    throw new Failure(
      'ConfigurationError',
      `version ${version} of ${index} is not the current one, which is ` +
        `${currentVersion.version}; ` +
        'an append changes the current version',
    );
  const deleted = await readIds(request.deleted);
  if (request.source === undefined && deleted.length === 0)
    throw new Failure(
      'ConfigurationError',
      'nothing to append: give a source, or ids with --delete',
    );
  const parsed = recordedConfiguration.safeParse(currentVersion.configuration);
  if (!parsed.success)
    throw new Failure(
      'IntegrityError',
      `version ${currentVersion.version} of ${index} was made with settings that this version of ` +
        'hashloom does not know; reindex, then append',
    );
  const path =
    request.source === undefined ? parsed.data.source.path : toUri(request.source, process.cwd());
  if (path === undefined)
    throw new Failure(
      'ConfigurationError',
      'the source: expected a path, a glob, file:// or s3://bucket/prefix, got ' +
        JSON.stringify(request.source),
    );
  const configuration: Configuration = {
    ...parsed.data,
    index,
    store: store.uri,
    source: { ...parsed.data.source, path, also: [] },
  };
  const minimumCount = request.minimumCount ?? configuration.vocabulary.minimumCount;
  return {
    configuration,
    async prepare(connection) {
      const prepared = await prepareRun(connection, configuration, request.force);
      const input: AppendRunInput = {
        ...prepared.input,
        version: currentVersion.version,
        hasSource: request.source !== undefined,
        minimumCount,
        deleted,
      };
      const what = [
        ...(request.source === undefined ? [] : [`append: ${path}`]),
        ...(deleted.length === 0 ? [] : [`delete: ${deleted.length} items`]),
      ];
      return {
        ...prepared,
        workflow: WORKFLOW.append,
        input,
        staticSummary: `Append to ${index}`,
        staticDetails: [
          ...what,
          `on top of version ${currentVersion.version}`,
          `store: ${store.uri}`,
        ]
          .map((line) => `- ${line}`)
          .join('\n'),
      };
    },
  };
}

async function readIds(given: readonly string[]): Promise<string[]> {
  const ids: string[] = [];
  for (const id of given) ids.push(...(id.startsWith('@') ? await linesOf(id.slice(1)) : [id]));
  const bytes = ids.reduce((sum, id) => sum + id.length, 0);
  if (bytes > MAX_DELETED_BYTES)
    throw new Failure(
      'ConfigurationError',
      `--delete: ${ids.length} ids of ${bytes} bytes; at most ${MAX_DELETED_BYTES} bytes at ` +
        'once, delete them in pieces or reindex',
    );
  return ids;
}

async function linesOf(file: string): Promise<string[]> {
  try {
    return (await readFile(file, 'utf8')).split(/\r?\n/).filter((line) => line !== '');
  } catch (error) {
    throw new Failure(
      'ConfigurationError',
      `--delete @${file}: cannot be read (${(error as Error).message})`,
      { cause: error },
    );
  }
}
