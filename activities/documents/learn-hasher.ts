import { takeRows } from '../../hashers/documents/training-documents.ts';
import { produceArtifact } from '../stage/produce-artifact.ts';
import type { StageContext, StageOutput } from '../stage/stage.ts';
import { encodeLayers, encoderParts, headerOf } from './encoder-parts.ts';
import { checkDocuments, hasherParameters, learn, type LearnHasherInput } from './hash-function.ts';
import { loadWeighed } from './load-weighed.ts';

declare module '../stages.ts' {
  interface Stages {
    learnHasher: typeof learnHasher;
  }
}

/**
 * A hash function from the training documents, chosen by `hashing.method`. Those that TensorFlow
 * trains leave a checkpoint at every look at the validation part and go on from the last one; the
 * others are made in one piece. Rows: training documents.
 */
export async function learnHasher(
  input: LearnHasherInput,
  context: StageContext,
): Promise<StageOutput> {
  const { weighed, hashing, bits, seed, force } = input;
  const store = context.openStore(input.store);
  const recipe = {
    stage: 'hasher',
    parameters: hasherParameters(hashing, bits, seed),
    inputs: [weighed],
    force,
  } as const;
  return await produceArtifact(context, store, recipe, async () => {
    const { all, training } = await loadWeighed(store, weighed);
    const documents = takeRows(all, training);
    checkDocuments(documents, hashing, bits);
    const { layers, facts } = await learn(documents, input, context);
    return {
      parts: encoderParts(headerOf(hashing.method, layers), encodeLayers(layers)),
      rows: training.length,
      facts: { method: hashing.method, bits, ...facts },
    };
  });
}
