import { encodeVectors as encodeKernel } from '../../kernels/codes/encode-vectors.ts';
import type { ArtifactReference } from '../../schemas/artifact.ts';
import type { Configuration } from '../../schemas/configuration.ts';
import { Failure } from '../../schemas/failures.ts';
import type { IndexManifest } from '../../schemas/index-manifest.ts';
import { readingRules } from '../../schemas/reading-rules.ts';
import { decodeDense } from '../../store/tables/arrow-ipc.ts';
import type { Store } from '../../store/store.ts';
import type { CodedItem } from './change-items.ts';
import { fieldsOfVersion } from './fields-of-version.ts';
import { indexFolder } from '../versions/current-version.ts';
import { readListedFiles } from '../corpus/listed-files.ts';
import type { StageContext } from '../stage/stage.ts';
import { isBeyondInt64 } from '../vectors/int64-ids.ts';
import { readVectorFile } from '../vectors/read-vectors.ts';

/**
 * The vectors of a source by the hyperplanes of the version; an id that comes twice is a DataError.
 */
export async function encodeItems(
  files: ArtifactReference,
  { source, vectors }: Configuration,
  currentVersion: IndexManifest,
  keys: 'utf8' | 'int64',
  store: Store,
  context: StageContext,
): Promise<CodedItem[]> {
  const { tables, bits } = currentVersion;
  const planes = await readEncoder(store, currentVersion, 'hyperplanes.arrow');
  const mean = await readEncoder(store, currentVersion, 'mean.arrow');
  const dimensions = mean.length;
  const stride = (tables * bits) / 8;
  const fields = fieldsOfVersion(currentVersion, vectors.payload, 'vectors');
  const items = new Map<string, CodedItem>();
  const listed = await readListedFiles(store, files);
  for (const [at, file] of listed.entries()) {
    context.onProgress(at, listed.length, { items: items.size });
    const rows = await readVectorFile(
      file,
      // What is appended is taken whole: nothing would tell of a row that is missing.
      { reading: { ...readingRules(source), badRows: 'fail' }, vectors },
      context,
      { dimensions, expected: `as version ${currentVersion.version} has them` },
      fields,
    );
    if (rows.rows === 0) continue;
    const { ids } = rows;
    if (!ids)
      throw new Failure(
        'DataError',
        `${file.uri}: no column ${vectors.id} of ids; items that are appended need their own`,
      );
    const isInteger = typeof ids[0] === 'bigint';
    if (isInteger !== (keys === 'int64') && !(isInteger && rows.areUnsigned))
      throw new Failure(
        'DataError',
        `${file.uri}, column ${vectors.id}: expected ` +
          `${keys === 'int64' ? 'integer' : 'string'} ids as the index has them`,
      );
    const beyond = isInteger && keys === 'int64' ? ids.find(isBeyondInt64) : undefined;
    if (beyond !== undefined)
      throw new Failure(
        'DataError',
        `${file.uri}, column ${vectors.id}: the id ${beyond} is beyond 64 signed bits, which ` +
          'the ids of the index have; reindex with it',
      );
    const codes = new Uint8Array(rows.rows * stride);
    encodeKernel(rows.values, dimensions, mean, planes, codes);
    for (let row = 0; row < rows.rows; row++) {
      const key = String(ids[row]);
      if (items.has(key))
        throw new Failure(
          'DataError',
          `${file.uri}, row ${row}: the id ${key} comes twice in what is appended`,
        );
      items.set(key, {
        key,
        code: codes.subarray(row * stride, (row + 1) * stride),
        ...(rows.payloads && { payload: rows.payloads[row]! }),
      });
    }
  }
  return [...items.values()];
}

/**
 * A part of the encoder that lies beside a version. Throws IntegrityError where it is not there.
 */
export async function readEncoderPart(
  store: Store,
  { index, version, parts }: IndexManifest,
  name: string,
): Promise<Uint8Array> {
  const part = parts.find((each) => each.name === name);
  const path = `${indexFolder(index)}/versions/${version}/${part?.path ?? name}`;
  const bytes = part && (await store.get(path));
  if (bytes?.length !== part?.bytes || !bytes)
    throw new Failure(
      'IntegrityError',
      `${store.uri}/${path}: expected ${part?.bytes ?? 'the encoder of the index'}, found ` +
        `${bytes?.length ?? 'nothing'}; reindex, then append`,
    );
  return bytes;
}

async function readEncoder(
  store: Store,
  currentVersion: IndexManifest,
  name: string,
): Promise<Float64Array> {
  const { columns } = await decodeDense(await readEncoderPart(store, currentVersion, name), name);
  return Float64Array.from(columns[0]!.values);
}
