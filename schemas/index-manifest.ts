import { z } from 'zod';
import { artifactReference, manifestPart } from './artifact.ts';
import { FIELD_TYPES } from './field-types.ts';

/** `indexes/NAME/versions/V/index.json`: the header of a finished version, written last. */
export const indexManifest = z.object({
  /** 2 with a delta, which readers of 1 would pass over. */
  format: z.union([z.literal(1), z.literal(2)]),
  index: z.string(),
  version: z.number().int().positive(),
  /** What an item is: a word of a text, or an id (of sequences, pairs, vectors). */
  kind: z.enum(['word', 'id']),
  items: z.number().int().nonnegative(),
  tables: z.number().int().positive(),
  bits: z.number().int().positive(),
  /**
   * What the codes of each table are for, where they are not alike: items of one cell share a code
   * in the first; who asks with an item compares its code of `asking` with the codes of
   * `answering`.
   */
  roles: z.tuple([z.literal('cell'), z.literal('answering'), z.literal('asking')]).optional(),
  /** Items have payloads. */
  payloads: z.literal(true).optional(),
  /** Where payloads are fields: what the values of each are. */
  fields: z.record(z.string(), z.enum(FIELD_TYPES)).optional(),
  /** A lookup gives no bucket of more items; any when absent. */
  maximumBucket: z.number().int().positive().optional(),
  /**
   * What has changed since the pages were made: items of the pages, and how many the delta adds and
   * takes.
   */
  delta: z
    .object({
      base: z.number().int().nonnegative(),
      added: z.number().int().nonnegative(),
      removed: z.number().int().nonnegative(),
      /** Items that its lists speak of, where it has lists. */
      listed: z.number().int().positive().optional(),
    })
    .optional(),
  /**
   * `head`, in base64: the header of a page file, and of `cells.map` its groups too where they are
   * few.
   */
  parts: z.array(manifestPart.extend({ head: z.string().optional() })),
  /** The artifacts it was made from, `export` first; the way back to the corpus. */
  lineage: z.array(artifactReference),
  /** The list of common words it was counted with; increments keep it. */
  common: artifactReference.optional(),
  /** The configuration of the run, with defaults filled in. */
  configuration: z.record(z.string(), z.unknown()),
  metrics: z.record(z.string(), z.number()),
  /** The page of the run, which is a part of the version too. */
  report: artifactReference.optional(),
  /** Who published it though it missed its gate. */
  approval: z.object({ who: z.string(), why: z.string(), misses: z.array(z.string()) }).optional(),
  /** The version that was current before it, with which its report compares it. */
  comparedWith: z.number().int().positive().optional(),
  codeVersion: z.string(),
  createdAt: z.string(),
  workflowId: z.string().optional(),
  runId: z.string().optional(),
});

export type IndexManifest = z.infer<typeof indexManifest>;

/** `indexes/NAME/current.json`: the one mutable object, swapped by a conditional write. */
export const currentPointer = z.object({
  format: z.literal(1),
  index: z.string(),
  version: z.number().int().positive(),
  /** Relative to `indexes/NAME/`. */
  path: z.string(),
  publishedAt: z.string(),
  /** The version that was current before somebody went back to this one. */
  rolledBackFrom: z.number().int().positive().optional(),
  workflowId: z.string().optional(),
  runId: z.string().optional(),
  /** Of the version, but for what no lookup asks for; readers take it in place of `index.json`. */
  manifest: z.record(z.string(), z.unknown()).optional(),
});

export type CurrentPointer = z.infer<typeof currentPointer>;
