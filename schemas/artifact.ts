import { z } from 'zod';

/** What passes between stages: the name of an artifact, never its data. */
export const artifactReference = z.object({
  stage: z.string().regex(/^[a-z][a-z-]*$/),
  /**
   * 32 hexadecimal digits: the digest of what made it (stage, version, parameters, keys of inputs).
   */
  key: z.string().regex(/^[0-9a-f]{32}$/),
});

export type ArtifactReference = z.infer<typeof artifactReference>;

export const manifestPart = z.object({
  /** The name that readers ask for, for example `tokens.parquet`. */
  name: z.string(),
  /**
   * Where it lies, relative to the artifact's folder; holds the start of its SHA-256, so that twins
   * never overwrite each other.
   */
  path: z.string(),
  bytes: z.number().int().nonnegative(),
  rows: z.number().int().nonnegative(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

export type ManifestPart = z.infer<typeof manifestPart>;

/** Written last, after every part is whole. A reader trusts only manifests. */
export const manifest = z.object({
  format: z.literal(1),
  stage: z.string(),
  stageVersion: z.number().int(),
  key: z.string(),
  parameters: z.record(z.string(), z.unknown()),
  inputs: z.array(artifactReference),
  parts: z.array(manifestPart),
  /** Rows of the artifact as a person would count them (words, pairs, files). */
  rows: z.number().int().nonnegative(),
  /** Small facts a later stage or a person wants without opening a part. */
  facts: z.record(z.string(), z.union([z.number(), z.string(), z.boolean()])),
  codeVersion: z.string(),
  createdAt: z.string(),
  seconds: z.number(),
  workflowId: z.string().optional(),
  runId: z.string().optional(),
});

export type Manifest = z.infer<typeof manifest>;
