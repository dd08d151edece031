import { afterAll, beforeAll } from 'vitest';
import { fileLimit } from './file-limit.ts';
import { endWhatIsOpen, watchIntervals } from './open-handles.ts';

watchIntervals();

// Vitest runs hooks of the end in reverse order, so this one comes after those of the file.
beforeAll(({}, file) => fileLimit.begin(file.name));
afterAll(async ({}, file) => {
  fileLimit.end();
  const open = await endWhatIsOpen();
  if (open.length > 0)
    throw new Error(`${file.name} left open, and it was ended: ${open.join('; ')}`);
}, 10_000);
