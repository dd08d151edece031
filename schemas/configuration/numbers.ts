import { z } from 'zod';

/** A whole number from 1. */
export const positiveCount = z.number().int().positive();

/** A whole number from 0. */
export const count = z.number().int().nonnegative();
