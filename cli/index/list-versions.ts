import { listVersions, readIndexState } from '../../activities/versions/current-version.ts';
import { Failure } from '../../schemas/failures.ts';
import type { Store } from '../../store/store.ts';
import { readPins } from '../../upkeep/pins.ts';
import { formatCount, formatTime } from '../terminal/format.ts';
import { renderTable } from '../terminal/table.ts';
import type { Terminal } from '../terminal/terminal.ts';

export interface ListedVersion {
  index: string;
  version: number;
  items: number;
  tables: number;
  bits: number;
  /** ISO 8601: when it was published, whatever was rolled back since. */
  publishedAt: string;
  /** The run that published it; absent where none is recorded. */
  workflowId?: string;
  runId?: string;
  current: boolean;
  /** Of the current version, ISO 8601: later than `publishedAt` after a rollback. */
  currentSince?: string;
  /** Of a current version that somebody went back to: the one that was current before. */
  rolledBackFrom?: number;
  /** Who keeps it from gc, and why. */
  pinned?: string;
}

/**
 * The versions of an index that are there, rising. Throws IntegrityError where nothing is
 * published.
 */
export async function describeVersions(store: Store, index: string): Promise<ListedVersion[]> {
  const [{ current, folder }, versions, pins] = await Promise.all([
    readIndexState(store, index),
    listVersions(store, index),
    readPins(store, index),
  ]);
  if (!current)
    throw new Failure(
      'IntegrityError',
      `nothing is published at ${store.uri}/${folder}: expected current.json there\n` +
        'hint: `hashloom index list` shows the indexes of a store',
    );
  return versions.map(
    ({ version, items, tables, bits, createdAt, workflowId, runId }): ListedVersion => {
      const isCurrent = version === current.version;
      const { rolledBackFrom } = current;
      const pin = pins.get(version);
      return {
        index,
        version,
        items,
        tables,
        bits,
        // The header of a version is written last, and only then can it become current.
        publishedAt: isCurrent && rolledBackFrom === undefined ? current.publishedAt : createdAt,
        ...(workflowId !== undefined && { workflowId }),
        ...(runId !== undefined && { runId }),
        current: isCurrent,
        ...(isCurrent && { currentSince: current.publishedAt }),
        ...(isCurrent && rolledBackFrom !== undefined && { rolledBackFrom }),
        ...(pin !== undefined && { pinned: `${pin.who}: ${pin.why}` }),
      };
    },
  );
}

/** For a person: a line a version, the current one marked. */
export function versionsTable(versions: readonly ListedVersion[], terminal: Terminal): string[] {
  const rows = versions.map((each) => [
    each.current ? terminal.paint('green', '●') : '',
    String(each.version),
    formatTime(new Date(each.publishedAt)),
    formatCount(each.items),
    `${each.tables} x ${each.bits} bits`,
    standing(each),
    each.runId ?? '',
  ]);
  const columns = [
    { title: '' },
    { title: 'Version', align: 'right' as const },
    { title: 'Published' },
    { title: 'Items', align: 'right' as const },
    { title: 'Codes' },
    { title: '' },
    { title: 'By run' },
  ];
  return renderTable(columns, rows, terminal.columns());
}

function standing({ current, currentSince, rolledBackFrom, pinned }: ListedVersion): string {
  const back =
    rolledBackFrom === undefined
      ? 'current'
      : `current since ${formatTime(new Date(currentSince!))}, rolled back from ${rolledBackFrom}`;
  return [
    ...(current ? [back] : []),
    ...(pinned === undefined ? [] : [`pinned by ${pinned}`]),
  ].join('; ');
}
