import { createHash } from 'node:crypto';
import { Failure } from '../../schemas/failures.ts';
import type { Artifact } from '../artifacts.ts';
import type { TableColumns, TableSchema } from './columns.ts';
import { type RowGroup, rowGroupsOf } from './table-file.ts';
import { footerLength } from './table-footer.ts';

/** What a file ends with: the length of its footer, and PAR1. */
const TAIL_BYTES = 8;
const HEAD_BYTES = 4;

/**
 * The row groups of a part in their order: one is in memory. All bytes of the part are read once,
 * and proven by its SHA-256 behind the last group, so nothing may be stored before the end. An
 * IntegrityError where they are not those of the manifest, or no table of these columns as stages
 * write them for one another.
 */
export async function* readTablePart<S extends TableSchema>(
  artifact: Artifact,
  name: string,
  schema: S,
): AsyncGenerator<TableColumns<S>, void, undefined> {
  const part = artifact.manifest.parts.find((candidate) => candidate.name === name);
  const where = `${name} of ${artifact.reference.stage}/${artifact.reference.key}`;
  const refuse = (reason: string, cause?: unknown): Failure =>
    new Failure(
      'IntegrityError',
      `${where}: ${reason}; delete the artifact's folder and run the reindex again`,
      { cause },
    );
  // Asks for the part, so that one that is not there is said as ever.
  const read = async (from: number, to: number) => await artifact.partRange(name, from, to);
  const size = part?.bytes ?? 0;
  const tail = await read(Math.max(0, size - TAIL_BYTES), size);
  const footerAt = size - TAIL_BYTES - (tail.length === TAIL_BYTES ? footerLength(tail) : size);
  if (footerAt < HEAD_BYTES) throw refuse(`${size} bytes that are no Parquet`);
  const end = await read(footerAt, size);
  const hash = createHash('sha256').update(await read(0, HEAD_BYTES));
  let at = HEAD_BYTES;
  let rows = 0;
  for (const group of groupsOf(end, schema, refuse)) {
    if (group.from !== at || !(group.to >= at && group.to <= footerAt))
      throw refuse(
        `a row group of bytes ${group.from} to ${group.to}, expected from byte ${at} on`,
      );
    const bytes = await read(at, group.to);
    hash.update(bytes);
    at = group.to;
    rows += group.rows;
    yield decoded(group, bytes, schema, refuse);
  }
  if (at !== footerAt || rows !== part!.rows)
    throw refuse(
      `row groups of ${rows} rows up to byte ${at}, expected ${part!.rows} rows up to byte ` +
        `${footerAt}`,
    );
  const sha256 = hash.update(end).digest('hex');
  if (sha256 !== part!.sha256) throw refuse(`expected SHA-256 ${part!.sha256}, found ${sha256}`);
}

type Refuse = (reason: string, cause?: unknown) => Failure;

function groupsOf(end: Uint8Array, schema: TableSchema, refuse: Refuse): RowGroup[] {
  let groups: RowGroup[] | undefined;
  try {
    groups = rowGroupsOf(end, schema);
  } catch (error) {
    throw refuse(`a footer that cannot be read (${(error as Error).message})`, error);
  }
  if (groups === undefined)
    throw refuse(`no table with ${Object.keys(schema).join(', ')} as stages write it`);
  return groups;
}

function decoded<S extends TableSchema>(
  group: RowGroup,
  bytes: Uint8Array,
  schema: S,
  refuse: Refuse,
): TableColumns<S> {
  try {
    return group.decode(bytes, schema);
  } catch (error) {
    throw refuse(
      `the row group at byte ${group.from} cannot be read (${(error as Error).message})`,
      error,
    );
  }
}
