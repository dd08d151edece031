import type { z } from 'zod';
import { Failure } from '../../schemas/failures.ts';
import type { Store } from '../../store/store.ts';

/** Reads and validates a JSON object of the store; undefined where there is none. */
export async function readJson<Schema extends z.ZodType>(
  store: Store,
  path: string,
  schema: Schema,
): Promise<z.infer<Schema> | undefined> {
  const bytes = await store.get(path);
  if (!bytes) return undefined;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Failure(
      'IntegrityError',
      `${store.uri}/${path} is not JSON: ${(error as Error).message}`,
      { cause: error },
    );
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new Failure(
    'IntegrityError',
    `${store.uri}/${path} is not of this version's form: ${problems.join('; ')}`,
  );
}

export function toJson(value: unknown): Uint8Array {
  return Buffer.from(`${JSON.stringify(value, undefined, 2)}\n`);
}
