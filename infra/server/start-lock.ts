import { randomUUID } from 'node:crypto';
import { link, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createLifeline, joinLifeline } from './lifeline.ts';

export interface StartLock {
  release(): void;
}

/**
 * Takes the lock of a folder (of this name), or returns undefined when a live process holds it.
 * Locks are numbered and a taker makes the next number, so a lock left by a dead process is never
 * removed from under another taker: the highest number is the one that counts.
 */
export async function tryStartLock(
  folder: string,
  name = 'server',
): Promise<StartLock | undefined> {
  const highest = Math.max(0, ...(await numbersIn(folder, name)));
  if (isHeld(lockFile(folder, name, highest))) return undefined;

  const mine = highest + 1;
  const temporary = join(folder, `.${name}.lock-${randomUUID()}`);
  const lifeline = await createLifeline(temporary);
  const taken = await linked(temporary, lockFile(folder, name, mine));
  await rm(temporary, { force: true });
  const numbers = await numbersIn(folder, name);
  if (!taken || Math.max(...numbers) > mine) {
    lifeline.release();
    if (taken) await rm(lockFile(folder, name, mine), { force: true });
    return undefined;
  }
  await Promise.all(
    numbers
      .filter((number) => number < mine)
      .map((number) => rm(lockFile(folder, name, number), { force: true })),
  );
  return { release: () => void lifeline.release() };
}

const lockFile = (folder: string, name: string, number: number): string =>
  join(folder, `${name}.lock.${number}`);

async function numbersIn(folder: string, name: string): Promise<number[]> {
  const start = `${name}.lock.`;
  return (await readdir(folder)).flatMap((entry) => {
    const number = entry.startsWith(start) ? Number(entry.slice(start.length)) : 0;
    return Number.isSafeInteger(number) && number > 0 ? [number] : [];
  });
}

function isHeld(file: string): boolean {
  const lifeline = joinLifeline(file);
  lifeline?.release();
  return lifeline !== undefined;
}

/** Gives a pipe that is held already its name, in one step; false when the name is taken. */
async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}
