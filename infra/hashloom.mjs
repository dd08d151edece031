#!/usr/bin/env node
/**
 * The program `hashloom`. It is here before anything is compiled, so that `npx hashloom` in a fresh
 * clone finds it: there it installs and builds first. A package from the registry has been built.
 */
import { existsSync } from 'node:fs';

const MAIN = new URL('../dist/cli/main.js', import.meta.url);

if (!existsSync(MAIN)) await import('./set-up.mjs');
if (process.exitCode === undefined) await import(MAIN.href);
