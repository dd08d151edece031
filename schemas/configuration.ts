import { z } from 'zod';
import {
  cooccurrenceConfiguration,
  affinityConfiguration,
  heldOutConfiguration,
  negativesConfiguration,
  neighboursConfiguration,
} from './configuration/affinity.ts';
import { codesConfiguration } from './configuration/codes.ts';
import { sourceConfiguration } from './configuration/corpus.ts';
import { documentsConfiguration } from './configuration/documents.ts';
import { hashingConfiguration } from './configuration/hashing.ts';
import { bucketsConfiguration, exportConfiguration } from './configuration/index-files.ts';
import { evaluationConfiguration, gateConfiguration } from './configuration/quality.ts';
import { trainingConfiguration } from './configuration/training.ts';
import { vectorsConfiguration } from './configuration/vectors.ts';
import { tokensConfiguration, vocabularyConfiguration } from './configuration/words.ts';

/** The run configuration: what `hashloom.yaml` holds, with every default filled in. */
export const configuration = z.strictObject({
  index: z
    .string()
    .regex(
      /^[a-z0-9][a-z0-9._-]{0,63}$/,
      'lower-case letters, digits, dots, dashes and underscores, 64 at most',
    )
    .describe('Name of the index; the workflow id is reindex/NAME.'),
  store: z
    .string()
    .min(1)
    .describe('Where artifacts and indexes live: a folder or s3://bucket/prefix.'),
  source: sourceConfiguration,
  tokens: tokensConfiguration,
  vocabulary: vocabularyConfiguration,
  cooccurrence: cooccurrenceConfiguration,
  affinity: affinityConfiguration,
  heldOut: heldOutConfiguration,
  negatives: negativesConfiguration,
  neighbours: neighboursConfiguration,
  training: trainingConfiguration,
  codes: codesConfiguration,
  vectors: vectorsConfiguration,
  documents: documentsConfiguration,
  hashing: hashingConfiguration,
  buckets: bucketsConfiguration,
  export: exportConfiguration,
  evaluation: evaluationConfiguration,
  gate: gateConfiguration,
  seed: z
    .number()
    .int()
    .min(0)
    .max(0xffffffff)
    .default(1)
    .describe('Everything random follows from it.'),
});

export type Configuration = z.infer<typeof configuration>;
