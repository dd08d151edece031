import { expect, inject, test } from 'vitest';
import { createScratch, type Scratch } from './set-up/small-corpus.ts';
import { connectTo, startTemporal, type TestTemporal } from './set-up/temporal.ts';

/**
 * `it` for files that run on Temporal. The server and its workers are those of all such files, so
 * an index needs a name that no other file uses; `ownTemporal` is for files that kill workers or
 * count them. What is made here is gone after the file.
 */
export const it = test
  .extend('temporal', { scope: 'file' }, async ({}, { onCleanup }): Promise<TestTemporal> => {
    const temporal = await connectTo(inject('temporalAddress'));
    onCleanup(() => temporal.stop());
    return { ...temporal, testFile: expect.getState().testPath ?? '' };
  })
  .extend('ownTemporal', { scope: 'file' }, async ({}, { onCleanup }): Promise<TestTemporal> => {
    const temporal = await startTemporal();
    onCleanup(() => temporal.stop());
    return temporal;
  })
  .extend('scratchOf', { scope: 'file' }, ({}, { onCleanup }) => {
    const made: Scratch[] = [];
    onCleanup(async () => {
      await Promise.all(made.map((scratch) => scratch.remove()));
    });
    return async (texts: number): Promise<Scratch> => {
      const scratch = await createScratch(texts);
      made.push(scratch);
      return scratch;
    };
  });
