import { precisionAt } from '../../evaluation/precision-at.ts';
import { takeRows } from '../../hashers/documents/training-documents.ts';
import { encodeSparse } from '../../kernels/documents/encode-sparse.ts';
import type { ArtifactReference } from '../../schemas/artifact.ts';
import type { Configuration } from '../../schemas/configuration.ts';
import { factsOfFields } from '../../schemas/field-types.ts';
import { openArtifact } from '../../store/artifacts.ts';
import { decodeLayers, type EncoderHeader, encoderParts } from './encoder-parts.ts';
import { loadTerms, loadWeighed } from './load-weighed.ts';
import { type StageContext, type StageInput, type StageOutput } from '../stage/stage.ts';
import { type ArtifactContent, produceArtifact } from '../stage/produce-artifact.ts';
import { NEAREST } from './hash-function.ts';
import { encodeKeys } from '../index/item-keys.ts';
import { codesPart } from '../training/codes-part.ts';

declare module '../stages.ts' {
  interface Stages {
    encodeDocuments: typeof encodeDocuments;
  }
}

interface EncodeDocumentsInput extends StageInput {
  weighed: ArtifactReference;
  hasher: ArtifactReference;
  tokens: Configuration['tokens'];
  documents: Configuration['documents'];
}

const ROWS_A_STEP = 512;

/**
 * Codes of all documents in the order of their ids, and the encoder that makes codes of other
 * texts. Where there are labelled test documents, how many of their 100 nearest training documents
 * share a label. A document without words in the vocabulary has the code of all zeros; `empty`
 * counts them. Rows: documents.
 */
export async function encodeDocuments(
  input: EncodeDocumentsInput,
  context: StageContext,
): Promise<StageOutput> {
  const store = context.openStore(input.store);
  const { weighed, hasher, tokens, documents } = input;
  const rule = { tokens, frequency: documents.frequency, given: documents.terms !== '' };
  return await produceArtifact(
    context,
    store,
    { stage: 'encode-documents', parameters: rule, inputs: [weighed, hasher], force: input.force },
    async (): Promise<ArtifactContent> => {
      const { ids, payloads, fields, all, training, test } = await loadWeighed(store, weighed);
      const model = await openArtifact(store, hasher);
      const header = JSON.parse(
        Buffer.from(await model.part('encoder.json')).toString('utf8'),
      ) as EncoderHeader;
      const bytes = await model.part('encoder.bin');
      const layers = decodeLayers(header, bytes, 'encoder.bin');
      const { bits } = header;
      const code = new Uint8Array((ids.length * bits) / 8);
      let empty = 0;
      for (let from = 0; from < ids.length; from += ROWS_A_STEP) {
        const to = Math.min(ids.length, from + ROWS_A_STEP);
        empty += encodeSparse(
          all.rows,
          layers,
          code.subarray((from * bits) / 8, (to * bits) / 8),
          from,
          to,
        );
        context.onProgress(to, ids.length);
      }
      const codesOf = (numbers: Int32Array) =>
        Uint8Array.from(
          { length: (numbers.length * bits) / 8 },
          (_, at) => code[numbers[Math.floor((at * 8) / bits)]! * (bits / 8) + (at % (bits / 8))]!,
        );
      const isMeasured = test.length > 0 && all.labels.count > 0;
      const measured =
        isMeasured &&
        precisionAt(
          { codes: codesOf(test), labels: takeRows(all, test).labels },
          { codes: codesOf(training), labels: takeRows(all, training).labels },
          bits,
          NEAREST,
          (done, total) => context.onProgress(done, total),
        );
      const text = rule.given ? {} : await textRule();
      return {
        parts: [
          await codesPart(code, 1, bits),
          {
            name: 'items.parquet',
            bytes: await encodeKeys('word', ids, payloads),
            rows: ids.length,
          },
          ...encoderParts({ ...header, ...text }, bytes),
        ],
        rows: ids.length,
        facts: {
          items: ids.length,
          tables: 1,
          bits,
          kind: 'word',
          payloads: payloads !== undefined,
          ...factsOfFields(fields),
          empty,
          ...(measured && {
            precisionAt100: measured.expected,
            precisionAt100Plain: measured.plain,
          }),
        },
      };
    },
  );

  async function textRule() {
    const { terms, scales } = await loadTerms(store, weighed);
    return { text: { tokens, frequency: documents.frequency, terms, scales: Array.from(scales) } };
  }
}
