import { availableParallelism } from 'node:os';
import type { Relation } from '@hashloom/lookup';
import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { parseDuration } from './format.ts';
import { openTerminal } from './terminal.ts';
import type { Terminal } from './terminal.ts';

/** How to reach Temporal, as far as the command line says. */
export interface TemporalOptions {
  address?: string;
  namespace?: string;
  profile?: string;
}

export interface Terminals {
  /** Standard output: what was asked for. */
  out: Terminal;
  /** Standard error: everything else. */
  err: Terminal;
}

/** Of a command on an index of a store. */
export interface StoreOption {
  store?: string;
  json: boolean;
}

/** For commander. */
export const STORE_OPTION = [
  '--store <uri>',
  'a folder or s3://bucket/prefix (default: the store of ./hashloom.yaml)',
] as const;
export const INDEX_NAME = ['<name>', 'name of the index, or .../indexes/NAME'] as const;

export function temporalOptions(command: Command): TemporalOptions {
  const { address, namespace, profile } = command.optsWithGlobals<TemporalOptions>();
  return {
    ...(address === undefined ? {} : { address }),
    ...(namespace === undefined ? {} : { namespace }),
    ...(profile === undefined ? {} : { profile }),
  };
}

export function terminals(command: Command): Terminals {
  const { color } = command.optsWithGlobals<{ color: boolean }>();
  return {
    out: openTerminal(process.stdout, process.env, color),
    err: openTerminal(process.stderr, process.env, color),
  };
}

/** Of commands that end with a run's outcome. */
export const METRICS_OPTION = [
  '--metrics',
  'end with the tables of stages and metrics as well',
  false,
] as const;

export const DEFAULT_THREADS = Math.max(1, availableParallelism());

/** For commander: a whole number above zero. */
export function positiveInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new InvalidArgumentError('expected a whole number of at least 1.');
  return value;
}

/** For commander: a TCP port. */
export function port(text: string): number {
  const value = positiveInteger(text);
  if (value > 65_535) throw new InvalidArgumentError('expected a port from 1 to 65535.');
  return value;
}

/** For commander: milliseconds of `90s`, `5m`, `1d`. */
export function duration(text: string): number {
  const value = parseDuration(text);
  if (value === undefined)
    throw new InvalidArgumentError('expected a duration such as 90s, 5m, 1.5h or 1d.');
  return value;
}

/** For commander: a relation, its words apart by a hyphen. */
export function relationOption(text: string): Relation {
  const known = (['goes with', 'is like', 'near', 'related'] as const).find(
    (each) => each === text.replaceAll('-', ' '),
  );
  if (known === undefined)
    throw new InvalidArgumentError('Allowed choices are goes-with, is-like, near, related.');
  return known;
}

/** The last part of a command's help. */
export function examples(...lines: [command: string, meaning: string][]): string {
  const width = Math.max(...lines.map(([command]) => command.length));
  return (
    `\n` +
    `Examples:\n` +
    `${lines.map(([command, meaning]) => `  ${command.padEnd(width)}  # ${meaning}`).join('\n')}\n`
  );
}
