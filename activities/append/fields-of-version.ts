import type { PayloadColumns } from '../../schemas/configuration/payload.ts';
import { Failure } from '../../schemas/failures.ts';
import type { IndexManifest } from '../../schemas/index-manifest.ts';
import { payloadFields, type PayloadFields } from '../../schemas/payload-fields.ts';

/**
 * The fields of the payloads of items that are appended, which keep the types that the version has
 * for them; undefined where it has none. ConfigurationError where other fields are asked for.
 */
export function fieldsOfVersion(
  { fields: known = {}, version }: IndexManifest,
  columns: PayloadColumns,
  section: 'documents' | 'vectors',
): PayloadFields | undefined {
  const asked = typeof columns === 'string' ? [] : columns;
  const names = Object.keys(known);
  const other =
    asked.find((name) => !names.includes(name)) ?? names.find((name) => !asked.includes(name));
  if (other !== undefined)
    throw new Failure(
      'ConfigurationError',
      `${section}.payload: version ${version} has ${names.join(', ') || 'no fields'}, and ` +
        `"${other}" is not in both; set it back, or reindex`,
    );
  const fields = payloadFields(columns);
  for (const [name, type] of Object.entries(known))
    fields?.add(name, { type, where: `version ${version}` });
  return fields;
}
