import { z } from 'zod';
import { indexFolder, requireVersion } from '../activities/versions/current-version.ts';
import { readJson, toJson } from '../activities/stage/json-object.ts';
import type { Store } from '../store/store.ts';

const pinSchema = z.object({ who: z.string(), why: z.string(), at: z.string() });

/** Keeps a version from gc. */
type Pin = z.infer<typeof pinSchema>;

/** The pins of an index, by version. */
export async function readPins(store: Store, index: string): Promise<Map<number, Pin>> {
  const pins = new Map<number, Pin>();
  const prefix = `${indexFolder(index)}/pins/`;
  for await (const { path } of store.list(prefix)) {
    const version = /^(\d+)\.json$/.exec(path.slice(prefix.length))?.[1];
    const pin = version === undefined ? undefined : await readJson(store, path, pinSchema);
    if (pin) pins.set(Number(version), pin);
  }
  return pins;
}

/** Pins a version that is there; a pin that stands is replaced. */
export async function pin(store: Store, index: string, version: number, given: Pin): Promise<void> {
  await requireVersion(store, index, version);
  await store.put(pinPath(index, version), toJson(given));
}

/** False when there was no pin. */
export async function unpin(store: Store, index: string, version: number): Promise<boolean> {
  if (!(await store.head(pinPath(index, version)))) return false;
  await store.delete(pinPath(index, version));
  return true;
}

const pinPath = (index: string, version: number) => `${indexFolder(index)}/pins/${version}.json`;
