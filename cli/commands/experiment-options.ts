import { InvalidArgumentError } from 'commander';
import { LOSS_NAMES } from '../../schemas/configuration/training.ts';
import type { Method } from '../../schemas/experiment.ts';

/** Names that stand between commas. */
export const list = (text: string): string[] => text.split(',').map((name) => name.trim());

/** Names that are all known; else the error of a wrong argument, which shows those that are. */
export function known(names: string[], all: readonly string[], option: string): string[] {
  const unknown = names.filter((name) => !all.includes(name));
  if (unknown.length > 0)
    throw new InvalidArgumentError(
      `${option}: unknown: ${unknown.join(', ')}; known are ${all.join(', ')}.`,
    );
  return names;
}

/** A number of bits that codes may have. */
export function codeLength(text: string): number {
  const bits = Number(text);
  if (!Number.isInteger(bits) || bits < 8 || bits > 256 || bits % 8 !== 0)
    throw new InvalidArgumentError(`--bits: ${text}: expected multiples of 8 from 8 to 256.`);
  return bits;
}

/** Ways to draw bits. */
export function binarizations(text: string): ('stochastic' | 'deterministic')[] {
  return list(text).map((kind) => {
    if (kind !== 'stochastic' && kind !== 'deterministic')
      throw new InvalidArgumentError(`${kind}: expected stochastic or deterministic.`);
    return kind;
  });
}

/** A number of layers: 0, 1 or 2. */
export function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0 || value > 2)
    throw new InvalidArgumentError('expected 0, 1 or 2.');
  return value;
}

/** Losses by their names. */
export function methods(text: string): Method[] {
  const names = text.split(',').map((name) => name.trim());
  const known = LOSS_NAMES.filter((method) => names.includes(method));
  const unknown = names.filter((name) => !LOSS_NAMES.some((method) => method === name));
  if (unknown.length > 0)
    throw new InvalidArgumentError(
      `unknown: ${unknown.join(', ')}; the methods are ${LOSS_NAMES.join(', ')}.`,
    );
  return known;
}
