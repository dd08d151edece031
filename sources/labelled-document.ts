import type { DocumentsConfiguration } from '../schemas/configuration/documents.ts';
import type { PayloadFields } from '../schemas/payload-fields.ts';
import type { ReadOptions } from './source-options.ts';

/**
 * A document with what is known of it; of ready-made vectors `terms` and `weights`, else `text`.
 */
export interface LabelledDocument {
  id: string;
  /** Empty where none is said. */
  split: string;
  /** In their order, each once. */
  labels: string[];
  text: string;
  terms?: number[];
  weights?: number[];
  /** What answers bring along, where asked for; empty where the document has none. */
  payload?: string;
  /** File and line or row, for messages. */
  where: string;
}

export interface LabelledOptions extends ReadOptions {
  documents: DocumentsConfiguration;
  /** Learns the types of the fields of payloads, where they have fields. */
  fields?: PayloadFields | undefined;
}

export type Labelled = AsyncGenerator<LabelledDocument, void, undefined>;
