import { precisionAt } from '../../evaluation/precision-at.ts';
import { takeRows, type TrainingDocuments } from '../../hashers/documents/training-documents.ts';
import { encodeSparse } from '../../kernels/documents/encode-sparse.ts';
import type { ArtifactReference } from '../../schemas/artifact.ts';
import {
  DOCUMENT_PROTOCOL,
  PICTURE_PART,
  QUERY_PRECISION,
  QUERY_PRECISION_PART,
} from '../../schemas/document-experiment.ts';
import { Failure } from '../../schemas/failures.ts';
import { encodeParquet } from '../../store/tables/parquet.ts';
import { documentPicture } from '../quality/picture-documents.ts';
import { toJson } from '../stage/json-object.ts';
import { loadTerms, loadWeighed } from '../documents/load-weighed.ts';
import { type StageContext } from '../stage/stage.ts';
import { produceArtifact } from '../stage/produce-artifact.ts';
import {
  checkDocuments,
  hasherParameters,
  learn,
  type LearnHasherInput,
  NEAREST,
} from '../documents/hash-function.ts';

declare module '../stages.ts' {
  interface Stages {
    documentTrial: typeof documentTrial;
  }
}

interface DocumentTrialOutput {
  artifact: ArtifactReference;
  cached: boolean;
  metrics: Record<string, number>;
}

interface DocumentTrialInput extends LearnHasherInput {
  /** Leave a DocumentPicture too. */
  picture?: boolean;
}

/**
 * One hash function from start to its precision@100 on the test part. Its score is the artifact:
 * encoders of a sweep would be gigabytes.
 */
export async function documentTrial(
  input: DocumentTrialInput,
  context: StageContext,
): Promise<DocumentTrialOutput> {
  const { weighed, hashing, bits, seed, force, picture = false } = input;
  const store = context.openStore(input.store);
  const parameters = {
    ...hasherParameters(hashing, bits, seed),
    protocol: DOCUMENT_PROTOCOL,
    ...(picture && { picture }),
  };
  const { artifact, cached, facts } = await produceArtifact(
    context,
    store,
    { stage: 'document-trial', parameters, inputs: [weighed], force },
    async () => {
      const loaded = await loadWeighed(store, weighed);
      const { all, training, test } = loaded;
      if (test.length === 0 || all.labels.count === 0)
        throw new Failure(
          'DataError',
          'the experiment needs test documents and labels; set documents.split or testEvery, ' +
            'and documents.labels',
        );
      const documents = takeRows(all, training);
      checkDocuments(documents, hashing, bits);
      const started = process.cpuUsage();
      const { layers, facts: learned } = await learn(documents, input, context);
      const { user, system } = process.cpuUsage(started);
      const coded = (part: TrainingDocuments) => {
        const codes = new Uint8Array(((part.rows.offsets.length - 1) * bits) / 8);
        const empty = encodeSparse(part.rows, layers, codes);
        return { codes, labels: part.labels, empty };
      };
      const queries = coded(takeRows(all, test));
      const { expected, plain, bound, each } = precisionAt(
        queries,
        coded(documents),
        bits,
        NEAREST,
        (done, total) => context.onProgress(done, total),
      );
      // CPU seconds are of the whole process: with several trials at once they are theirs together.
      const metrics = {
        ...learned,
        precisionAt100: expected,
        precisionAt100Plain: plain,
        precisionAt100Bound: bound,
        emptyQueries: queries.empty,
        cpuSeconds: (user + system) / 1e6,
      };
      const parts = [
        { name: 'score.json', bytes: toJson(metrics), rows: 1 },
        {
          name: QUERY_PRECISION_PART,
          bytes: await encodeParquet(QUERY_PRECISION, { precision: each }, { profile: 'internal' }),
          rows: each.length,
        },
      ];
      if (!picture) return { parts, rows: 1, facts: metrics };
      const { terms } = await loadTerms(store, weighed);
      const drawn = documentPicture({
        weighed: loaded,
        terms,
        layers,
        bits,
        seed,
        onProgress: (done, total) => context.onProgress(done, total),
      });
      return {
        parts: [...parts, { name: PICTURE_PART, bytes: toJson(drawn), rows: drawn.points.length }],
        rows: 1,
        facts: metrics,
      };
    },
  );
  return {
    artifact,
    cached,
    metrics: Object.fromEntries(
      Object.entries(facts).filter(
        (entry): entry is [string, number] => typeof entry[1] === 'number',
      ),
    ),
  };
}
