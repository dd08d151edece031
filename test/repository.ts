import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The path of a file of this repository, named from its root. */
export const inRepository = (path: string): string => join(ROOT, path);

/** The path of a file that the build made, named from `dist`. */
export const inBuild = (path: string): string => join(ROOT, 'dist', path);

// Vitest runs this file as a source; the programs of test/heavy and of bench/ run what the compiler
// made of it.
const home = dirname(dirname(fileURLToPath(import.meta.url)));
const ROOT = basename(home) === 'dist' ? dirname(home) : home;
