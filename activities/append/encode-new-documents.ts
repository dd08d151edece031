import { textEncoder } from '@hashloom/lookup/internal';
import { encodeSparse } from '../../kernels/documents/encode-sparse.ts';
import type { ArtifactReference } from '../../schemas/artifact.ts';
import type { Configuration } from '../../schemas/configuration.ts';
import { Failure } from '../../schemas/failures.ts';
import type { IndexManifest } from '../../schemas/index-manifest.ts';
import { cleanMessage } from '../../sources/text/clean-message.ts';
import { expectedFile, openSource } from '../../sources/open-source.ts';
import type { LabelledDocument } from '../../sources/labelled-document.ts';
import { readLabelled } from '../../sources/read-labelled.ts';
import { rowKeeper } from '../../sources/row-keeper.ts';
import type { Store } from '../../store/store.ts';
import type { CodedItem } from './change-items.ts';
import { fieldsOfVersion } from './fields-of-version.ts';
import { isTraining } from '../documents/split-documents.ts';
import { readEncoderPart } from './encode-new-vectors.ts';
import { decodeLayers, type EncoderHeader } from '../documents/encoder-parts.ts';
import { readListedFiles } from '../corpus/listed-files.ts';
import type { StageContext } from '../stage/stage.ts';

/**
 * Documents of a source by the encoder that lies beside the version; those of neither part are left
 * out, as in a run. An id that comes twice is a DataError.
 */
export async function encodeAppended(
  files: ArtifactReference,
  { source, documents }: Configuration,
  currentVersion: IndexManifest,
  store: Store,
  context: StageContext,
): Promise<CodedItem[]> {
  const encode = await openEncoder(documents, currentVersion, store);
  const fields = fieldsOfVersion(currentVersion, documents.payload, 'documents');
  const items = new Map<string, CodedItem>();
  const listed = await readListedFiles(store, files);
  for (const [at, file] of listed.entries()) {
    const opened = openSource(file, context.openStore);
    // What is appended is taken whole: nothing would tell of a row that is missing.
    const rows = rowKeeper({ ...source, badRows: 'fail' });
    for await (const each of readLabelled(
      expectedFile(file),
      opened.stream(),
      { ...source, documents, fields },
      rows,
      opened.range,
    )) {
      if (isTraining(each.id, each.split, documents) === undefined) continue;
      if (items.has(each.id))
        throw new Failure(
          'DataError',
          `${each.where}: the id ${JSON.stringify(each.id)} comes twice in what is appended`,
        );
      items.set(each.id, {
        key: each.id,
        code: encode(each),
        ...(each.payload !== undefined && { payload: each.payload }),
      });
      context.onProgress(at, listed.length, { items: items.size });
    }
    await opened.checkUnchanged();
    rows.finish(file.uri);
  }
  return [...items.values()];
}

async function openEncoder(
  documents: Configuration['documents'],
  currentVersion: IndexManifest,
  store: Store,
): Promise<(document: LabelledDocument) => Uint8Array> {
  const { bits } = currentVersion;
  const headerBytes = await readEncoderPart(store, currentVersion, 'encoder.json');
  const weights = await readEncoderPart(store, currentVersion, 'encoder.bin');
  if (documents.terms === '') {
    const encoder = textEncoder(headerBytes, weights, bits);
    return ({ text }) => encoder.encode(cleanMessage(text, documents.clean)).code;
  }
  if (documents.vectorWeights === 'idf')
    throw new Failure(
      'ConfigurationError',
      'documents.vectorWeights idf: the weights of ready-made vectors are not kept beside an ' +
        'index; add these documents to its source and run again',
    );
  const layers = decodeLayers(
    JSON.parse(Buffer.from(headerBytes).toString('utf8')) as EncoderHeader,
    weights,
    'encoder.bin',
  );
  const inputs = layers[0]!.inputs;
  return ({ terms = [], weights: given = [] }) => {
    const known = terms
      .map((term, at) => [term, given[at]!] as const)
      .filter(([term]) => term < inputs);
    const code = new Uint8Array(bits / 8);
    encodeSparse(
      {
        offsets: Int32Array.of(0, known.length),
        terms: Int32Array.from(known, ([term]) => term),
        weights: Float32Array.from(known, ([, weight]) => weight),
      },
      layers,
      code,
      0,
      1,
    );
    return code;
  };
}
